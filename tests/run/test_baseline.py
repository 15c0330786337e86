"""The town, frozen: a change of any number is a decision, with a line in the CHANGELOG.

To freeze it again: PYTHONPATH=tests python tests/run/test_baseline.py
"""

from pathlib import Path

import pandas as pd

from samizdat import Scenario
from worlds import run

FILE = Path(__file__).parents[1] / "baseline" / "town.csv"


def town_by_region() -> pd.DataFrame:
    """The shipped town, seed 1, day by day and region by region."""
    return run(Scenario.load("town"), seed=1).regions


def test_the_town_is_what_it_was():
    frozen = pd.read_csv(FILE, parse_dates=["date"])
    now = town_by_region()
    for name in frozen.columns:
        if now[name].dtype == "Int64":
            assert now[name].isna().equals(frozen[name].isna())
            assert (now[name].dropna() == frozen[name].dropna()).all()
        else:
            assert now[name].tolist() == frozen[name].tolist(), name


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    town_by_region().to_csv(FILE, index=False, float_format="%.17g")
