"""What holds for every rule: compiled is interpreted, and no number leaves its range."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat.core import mechanisms
from samizdat.core.jit import interpreted
from samizdat.core.parameters import declared

MODULES = [
    importlib.import_module(f"{mechanisms.__name__}.{found.name}")
    for found in pkgutil.iter_modules(mechanisms.__path__)
]
RULES = {
    name: rule
    for module in MODULES
    for name, rule in vars(module).items()
    if getattr(rule, "__module__", "") == module.__name__ and inspect.isfunction(interpreted(rule))
}
BELIEFS = ("next_grievance", "next_trust", "next_fear", "settled_trust")
CHANCES = ("awakening", "weariness", "street_risk", "trace_probability", "post_risk")

unit, flags = st.floats(0, 1), st.integers(0, 1)
SETS = dict.fromkeys(
    ("platforms", "allowed", "access", "ears", "blocked", "voice"), st.integers(0, 0xFFFF)
)
COUNTS = dict.fromkeys(
    ("heard", "street", "others", "n_close", "n_net", "n_open", "held_kin"), st.integers(0, 150)
)
OTHERS = {
    "d": st.floats(1, 150),
    "divisor": st.floats(1, 150),
    "table": st.just(np.sqrt(np.arange(152.0))),
    "online_reach": st.floats(0.001, 1),
    "step_days": st.floats(0.1, 30),
    "threshold": st.floats(-1, 3),
    "per_day": st.floats(0, 1000),
}
NAMED = SETS | COUNTS | OTHERS
ANY = {int: flags, float: unit, bool: st.booleans(), float | None: st.none() | unit}


def any_argument(name, hint):
    """Any value that a rule may be called with."""
    if name == "p":
        return st.builds(hint, **{n: st.floats(q.low, q.high) for n, q, _ in declared(hint)})
    return NAMED[name] if name in NAMED else ANY[hint]


def any_call(rule):
    hints = inspect.signature(interpreted(rule)).parameters.values()
    return st.tuples(*(any_argument(hint.name, hint.annotation) for hint in hints))


def any_witness(arguments):
    """No more kin are held than there are."""
    values = list(arguments)
    values[3] = min(values[3], values[4])
    return tuple(values)


@pytest.mark.parametrize("name", RULES)
def test_compiled_equals_interpreted_bit_for_bit(name):
    rule = RULES[name]

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(any_call(rule))
    def agrees(arguments):
        assert rule(*arguments) == interpreted(rule)(*arguments)

    agrees()


@pytest.mark.parametrize("name", [*BELIEFS, *CHANCES])
def test_beliefs_and_chances_stay_between_0_and_1_for_any_parameters(name):
    calls = any_call(RULES[name])
    if name == "next_fear":
        calls = calls.map(any_witness)

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(calls)
    def bounded(arguments):
        if name == "weariness":  # rates are handed to it as they act, as shares
            p = arguments[-1]
            arguments = (*arguments[:-1], p._replace(fade=p.fade / 5, fatigue=p.fatigue / 5))
        assert 0 <= RULES[name](*arguments) <= 1

    bounded()


def test_every_rule_is_found():
    assert {*BELIEFS, *CHANCES, "mobilises", "speaks", "term", "next_circumventing"} <= {*RULES}
