"""Traits that a user gives: each value is possible, and is that of the citizen it is meant for."""

import numpy as np
import pandas as pd
import pytest

from samizdat import Scenario, ScenarioError, Simulation
from samizdat.core.layout import FOREIGN, Traits
from samizdat.scenario.registry import REGISTRY
from samizdat.society.given_traits import given_traits
from samizdat.society.population import RANGES, TRAITS
from worlds import town


def drawn(n=4):
    """Traits of n citizens, all 0."""
    floats = dict.fromkeys(Traits._fields, np.zeros(n, np.float32))
    bits = np.zeros(n, np.uint16)
    return Traits(**floats | {"region": np.zeros(n, np.uint8), "platforms": bits})


def test_given_traits_replace_the_drawn():
    traits = given_traits(drawn(), {"threshold": np.array([0.1, 0.2, 0.3, 0.4])})
    assert traits.threshold.tolist() == np.float32([0.1, 0.2, 0.3, 0.4]).tolist()
    assert traits.threshold.dtype == np.float32


@pytest.mark.parametrize(
    "values",
    [
        [0, 1, 0, 1], (0.0, 1, 0, 1), np.array([0, 1, 0, 1], np.uint8), pd.Series([0, 1, 0, 1]),
        pd.Series([0, 1, 0, 1], index=[0, 1, 2, 3]), pd.Series([0, 1, 0, 1], dtype="Int64"),
        np.array([9, 0, 9, 1, 9, 0, 9, 1])[1::2], np.ma.masked_array([0, 1, 0, 1]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["hardship", "platforms"])
def test_any_numbers_of_one_value_per_citizen_are_taken(name, values):
    given = getattr(given_traits(drawn(), {name: values}), name)
    assert given.tolist() == [0, 1, 0, 1]
    assert given.dtype == getattr(drawn(), name).dtype
    assert given.flags.c_contiguous


SHUFFLED = pd.Series([0.1, 0.2, 0.3, 0.4], index=[3, 1, 0, 2])
REFUSED = {
    "too few": ({"threshold": [0.1, 0.2]}, r"threshold needs 4 finite numbers, not \(2,\)"),
    "not a number": ({"threshold": [0.1, 0.2, np.nan, 0.4]}, "threshold needs 4 finite numbers"),
    "which": ({"threshold": [0.1, 0.2, np.nan, np.inf]}, "4 finite numbers; citizen 2 has nan$"),
    "unknown": ({"courage": [1, 2, 3, 4]}, "'courage' is not one of adoption_rank"),
    "of a region": ({"region": [0, 0, 0, 0]}, "'region' is not one of"),
    "hardship": ({"hardship": [0, 5.0, 0, 7]},
                 r"^traits: hardship of citizen 1 = 5 is outside 0 \.\.\. 1 \(and 1 more\)$"),
    "huge": ({"hardship": [0, 0, 0, 1e308]}, r"hardship of citizen 3 = 1e\+308 is outside 0"),
    "aversion": ({"risk_aversion": [-10, 0, 0, 0]}, "risk_aversion of citizen 0 = -10 is outside"),
    "trust": ({"resting_trust": [0, -5, 0, 0]}, "resting_trust of citizen 1 = -5 is outside 0"),
    "threshold": ({"threshold": [0, 0, 1e6, 0]}, r"= 1e\+06 is outside -1000 \.\.\. 1000"),
    "rank": ({"adoption_rank": [0, 1.1, 0, 0]}, "adoption_rank of citizen 1 = 1.1 is outside 0"),
    "literacy": ({"literacy_rank": [0, 0, -1, 0]}, "literacy_rank of citizen 2 = -1 is outside 0"),
    "too many bits": ({"platforms": [0, 70_000, 0, 0]},
                      "^traits: platforms of citizen 1 = 70000 is outside the sums of 1, 2 "
                      r"\(the platforms\) and 4096 \(the foreign press\)$"),
    "no bits": ({"platforms": [-1, 0, 0, 0]}, "platforms of citizen 0 = -1 is outside the sums"),
    "half a bit": ({"platforms": [0, 0, 0.5, 0]}, "platforms of citizen 2 = 0.5 is outside the"),
    "a bit of no platform": ({"platforms": [3, 2, 1, 4]}, "platforms of citizen 3 = 4 is outside"),
    "shuffled": ({"hardship": SHUFFLED}, "hardship is a Series whose index is not 0, 1, 2, "),
    "a table": ({"hardship": pd.DataFrame({"a": [0, 0, 0, 0]})}, "hardship is a table; one column"),
    "masked": ({"hardship": np.ma.masked_array([0, 0, 0, 0], [0, 1, 0, 0])}, "some are masked"),
    "ragged": ({"hardship": [0, [1, 2], 0, 0]}, "hardship needs 4 finite numbers, not nested"),
    "words": ({"hardship": ["low", 0, 0, 0]}, "hardship needs 4 finite numbers, not 'low'"),
    "true": ({"hardship": [True, False, True, True]}, "4 finite numbers, not True"),
    "nothing": ({"hardship": None}, r"hardship needs 4 finite numbers, not \(\)"),
    "missing": ({"hardship": pd.Series([0, None, 0, 0], dtype="Int64")}, "citizen 1 has nan"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "complaint"), REFUSED.values(), ids=REFUSED)
def test_traits_that_do_not_fit_are_refused(given, complaint):
    with pytest.raises(ValueError, match=complaint) as caught:
        given_traits(drawn(), given, platforms=2)
    assert "\n" not in str(caught.value)


def test_the_bits_are_those_of_the_platforms_and_of_the_foreign_press():
    most = FOREIGN | 7
    bits = [most, 0, FOREIGN, 7]
    given = given_traits(drawn(), {"platforms": np.array(bits, float)}, platforms=3)
    assert given.platforms.tolist() == bits
    none = given_traits(drawn(), {"platforms": [0, FOREIGN, 0, 0]}, platforms=0)
    assert none.platforms[1] == FOREIGN


@pytest.mark.parametrize(
    "traits", [pd.DataFrame({"hardship": np.zeros(300)}), [0.1], "hardship", {"threshold": [0.1]}]
)
def test_a_simulation_refuses_traits_that_do_not_fit_in_one_line(traits):
    with pytest.raises(ScenarioError, match=r"^traits = \w+: a mapping|threshold needs 300 finite"):
        Simulation(town(300), traits=traits)


def test_a_simulation_knows_its_platforms():
    with pytest.raises(ScenarioError, match="platforms of citizen 0 = 8 is outside the sums of 1,"):
        Simulation(town(300), traits={"platforms": np.full(300, 8)})


# What a scenario may ask for is possible too


def bounds_of_the_population():
    """Every field of every distribution at its ends, and past them the least that is refused."""
    most = {
        "constant": {"value": None}, "uniform": {"low": None, "high": None},
        "normal": {"mean": (-1000, 1000), "sd": (0, 1000), "floor": (-1000, 1000)},
        "beta": {"a": (1e-300, 1000), "b": (1e-300, 1000)},
    }  # fmt: skip
    calm = {"value": 0.5, "low": 0, "high": 1, "mean": 0.5, "sd": 0.1, "floor": 0, "a": 2, "b": 5}
    for trait in TRAITS:
        for kind, fields in most.items():
            for field, ends in fields.items():
                for end in ends or RANGES[trait]:
                    law = {"kind": kind, **{f: calm[f] for f in fields}, field: end}
                    if law.get("low", 0) > law.get("high", 1):
                        law["low" if field == "high" else "high"] = end
                    yield trait, law


def possible(scenario):
    """Whether all traits of a world are finite and in their ranges."""
    state = Simulation(scenario, threads=1).state
    assert all(np.isfinite(state[name]).all() for name in RANGES)
    return all(low <= state[name].min() <= state[name].max() <= high
               for name, (low, high) in RANGES.items())  # fmt: skip


def test_at_every_bound_of_a_distribution_the_traits_drawn_are_possible():
    table = town(50).to_table()
    for trait, law in bounds_of_the_population():
        table["population"] = {**town(50).to_table()["population"], trait: law}
        assert possible(Scenario.from_table(table)), law


@pytest.mark.parametrize("end", ["low", "high"])
def test_at_every_bound_of_a_parameter_the_traits_drawn_are_possible(end):
    for name, entry in REGISTRY.items():
        bound = getattr(entry.quantity, end)
        assert np.isfinite(bound), name
        if entry.group in ("population", "adoption"):  # no trait is drawn from the others
            assert possible(town(50).change({name: bound})), name


BEYOND = {
    "mean": 1e308, "sd": 1e308, "floor": -1e308, "mean ": 10**400, "sd ": -0.1,
}  # fmt: skip


@pytest.mark.parametrize("field", BEYOND)
def test_a_distribution_beyond_reason_is_refused(field):
    name, value = f"population.threshold.{field.strip()}", BEYOND[field]
    with pytest.raises(ScenarioError, match=rf"^{name} = .*(must be|too large)"):
        town(50).change({name: value})
