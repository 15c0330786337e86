"""The server ends when it is asked to, also by a terminal that is closed."""

import signal

import pytest

from samizdat.page.server import _run
from samizdat.system.interrupts import ENDING, Interrupted


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_lets_the_server_end_before_it_is_told(number):
    order = []
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # not ignored, as under nohup

    class Server:
        should_exit = False

        def run(self, sockets):
            signal.raise_signal(number)
            order.append(("ends", self.should_exit, sockets))

    with pytest.raises(Interrupted) as ended:
        _run(Server(), "listening")
    signal.signal(signal.SIGHUP, before)
    assert ended.value.exit_code == 128 + number
    assert order == [("ends", True, ["listening"])]
