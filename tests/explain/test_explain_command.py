"""`samizdat explain` tells of the days that are asked for, or says in one line why not."""

import json

import pytest

from samizdat import Simulation
from samizdat.cli import main
from samizdat.core.layout import POSTURES
from worlds import town


def explained(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["explain", *arguments])
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


TOWN = ("town", "--citizens", "100")


def test_the_command_tells_the_days_that_are_asked_for(capsys):
    code, out, _ = explained(capsys, *TOWN, "--citizen", "3", "--from", "2014-03-20", "--to",
                        "2014-03-24", "--json")  # fmt: skip
    told = json.loads(out)
    assert code == 0
    assert [day["date"] for day in told["days"]] == [f"2014-03-2{d}" for d in range(5)]
    simulation = Simulation(town(100), seed=1)
    for _ in range(19):
        simulation.step()
    for day in told["days"]:
        simulation.step()
        assert day["posture"] == POSTURES[simulation.state["posture"][3]]


def test_the_command_speaks_in_words(capsys):
    code, out, _ = explained(capsys, *TOWN, "--citizen", "3", "--to", "2014-04-10", "--seed", "2",
                        "--regime", "networked", "--set", "attention.beta=1")  # fmt: skip
    assert code == 0
    assert out.startswith("Citizen 3 of town (synthetic), seed 2: lives in Old Town; ")
    assert "Her motive is" in out


def test_without_dates_the_first_day_is_told(capsys):
    _, out, _ = explained(capsys, *TOWN, "--citizen", "3", "--json")
    assert [day["date"] for day in json.loads(out)["days"]] == ["2014-03-01"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--citizen", "100"], "citizen = 100 is outside 0 ... 99"),
        (["--citizen", "-1"], "citizen = -1 is outside 0 ... 99"),
        (["--citizen", "1", "--from", "2013-01-01"],
         "from = 2013-01-01 is outside 2014-03-01 ... 2014-04-29"),
        (["--citizen", "1", "--to", "2015-01-01"],
         "to = 2015-01-01 is outside 2014-03-01 ... 2014-04-29"),
        (["--citizen", "1", "--from", "2014-03-05", "--to", "2014-03-04"],
         "from = 2014-03-05 is after to = 2014-03-04"),
        (["--citizen", "1", "--from", "soon"], "from = 'soon' is not a date"),
        (["--citizen", "1", "--regime", "none"], "regime 'none' is not one of"),
        (["--citizen", "1", "--set", "attention.bta=1"], "did you mean 'attention.beta'?"),
        (["--citizen", "1", "--seed", "-1"], "seed = -1 is outside"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(capsys, arguments, reason):
    code, out, err = explained(capsys, *TOWN, *arguments)
    assert (code, out) == (2, "")
    assert reason in err
    assert err.count("\n") == 1
