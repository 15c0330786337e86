"""Every number of the citizens' rules is declared as the table of docs/ODD.md says."""

import re
from pathlib import Path

import pytest

from samizdat.core.parameters import Parameters, quantities

ODD = (Path(__file__).parents[3] / "docs" / "ODD.md").read_text(encoding="utf-8")
TABLE = ODD.split("**The citizens' rules, `[parameters.GROUP]`**")[1].split("**The levers")[0]
ROWS = {
    name: [cell.strip() for cell in cells.split("|")]
    for name, cells in re.findall(r"^\| `([a-z_.]+)` \|(.*)\|$", TABLE, re.MULTILINE)
}
# Written with a tilde in section 7: 1 - exp(-rate step_days) of it acts in a step.
RATES = {
    "attention.fade", "attention.fatigue", "grievance.rise", "grievance.relax",
    "grievance.backlash", "grievance.frustration", "trust.relax", "trust.doubt", "trust.cynicism",
    "fear.calm", "fear.terror", "circumvention.uptake", "circumvention.lapse",
}  # fmt: skip
DECLARED = {name: (quantity, default) for name, quantity, default in quantities()}


def numbers_in(cell):
    return [float(number) for number in re.findall(r"-?[\d.]+\d|-?\d", cell)]


def test_the_rules_have_the_numbers_of_the_table_and_no_others():
    assert list(DECLARED) == list(ROWS)
    assert list(DECLARED) == [f"{group}.{name}" for group, part in Parameters()._asdict().items()
                              for name in part._fields]  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_number_is_declared_as_the_table_says(name):
    quantity, default = DECLARED[name]
    value, allowed, unit, off, meaning, source = ROWS[name]
    group, field = name.split(".")
    assert [default] == [getattr(getattr(Parameters(), group), field)] == [float(value)]
    assert [quantity.low, quantity.high] == numbers_in(allowed)
    assert quantity.off == (float(off) if off else None)
    assert quantity.unit == (unit or "1")
    assert (quantity.meaning, quantity.source) == (meaning, source)
    assert quantity.whole is (" or " in allowed)
    assert quantity.rate is (name in RATES)
