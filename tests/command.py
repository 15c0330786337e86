"""The command line, called in this process, or slowly in one of its own."""

import pytest

from samizdat.cli import main

# Each step takes at least so many seconds (the first argument), so that a signal meets the run.
SLOWLY = """
import sys, time
from samizdat.cli import main
from samizdat.run.simulation import Simulation
at_once, seconds = Simulation.step, float(sys.argv.pop(1))
def step(self):
    time.sleep(seconds)
    at_once(self)
Simulation.step = step
main(sys.argv[1:])
"""


def call(*args):
    """Call the command; return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return ended.value.code
