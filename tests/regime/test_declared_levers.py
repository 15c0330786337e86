"""Every number of a lever is declared as the table of docs/ODD.md says."""

import pytest

from odd_tables import assert_declared, rows
from samizdat.regime.levers import LEVERS, lever_parameters

ROWS = rows("The levers of the state")
RATES = {"broadcast", "egov", "sanction"}
ONE_DAY = {"violence", "concession"}


def test_the_levers_have_the_numbers_of_the_table_and_no_others():
    assert list(lever_parameters()) == list(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_number_is_declared_as_the_table_says(name):
    assert_declared(ROWS[name], *lever_parameters()[name], rate=name in RATES)


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_is_off_at_an_off_value_of_its_own(name):
    lever = LEVERS[name]
    assert lever.off
    for number, off in lever.off.items():
        assert lever.parameters[number][0].off == off


@pytest.mark.parametrize("name", LEVERS)
def test_violence_and_concessions_are_ordered_by_the_day(name):
    assert LEVERS[name].look.one_day is (name in ONE_DAY)
