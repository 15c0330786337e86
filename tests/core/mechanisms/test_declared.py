"""Every number of the citizens' rules is declared as the table of docs/ODD.md says."""

import pytest

from odd_tables import assert_declared, rows
from samizdat.core.parameters import Parameters, quantities

ROWS = rows("The citizens' rules")
RATES = {
    "attention.fade", "attention.fatigue", "grievance.rise", "grievance.relax",
    "grievance.backlash", "grievance.frustration", "trust.relax", "trust.doubt", "trust.cynicism",
    "trust.dissent",
    "fear.calm", "fear.terror", "circumvention.uptake", "circumvention.lapse",
}  # fmt: skip
DECLARED = {name: (quantity, default) for name, quantity, default in quantities()}


def test_the_rules_have_the_numbers_of_the_table_and_no_others():
    assert list(DECLARED) == list(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_number_is_declared_as_the_table_says(name):
    assert_declared(ROWS[name], *DECLARED[name], rate=name in RATES)
    group, field = name.split(".")
    assert getattr(getattr(Parameters(), group), field) == DECLARED[name][1]
