"""Three regions on given days, and what the levers of the state make of them."""

import numpy as np

from samizdat.core.layout import FOREIGN, SIGNALS
from samizdat.regime.lever import Stage
from samizdat.regime.levers import act_in_stage, lever_parameters
from samizdat.regime.orders import Observation, RegimeInput, RegimeState

A, B, C = 1, 2, 4  # platforms
LISTED = A | B  # those that blocking lists
STREET = {"blocking__trigger_street": 0.05, "blocking__authority": 1}  # the prosecutor, at 5 %
QUIET = (0, 0, 0)
DEFAULTS = {name: default for name, (_, default) in lever_parameters().items()}


def facing(day=0.0, mobilised=QUIET, posts=QUIET, step_days=1.0, draws=0.5, alert=0.0,
           dated_orders=(), triggers=True, events=(), dated_events=(), **values):  # fmt: skip
    """A day of three regions, each of 1,000 citizens, 500 of them online."""
    numbers = DEFAULTS | {name.replace("__", "."): value for name, value in values.items()}
    levers = {name: np.full(3, value, float) for name, value in numbers.items()}
    counts = (np.array(posts, float), np.full(3, 500), np.array(mobilised), np.full(3, 1000))
    known = (float(day), step_days, levers, Observation(*counts), alert, triggers, dated_orders)
    return RegimeInput(*known, LISTED, C | FOREIGN, events, dated_events, np.full(3, draws))


def responses(*mornings, state=None):
    """What citizens meet on these days, (days, regions)."""
    state, rows = state or RegimeState(), []
    for inputs in mornings:
        signals = np.zeros(3, SIGNALS)
        signals["allowed"] = 0xFFFF
        state.expire(inputs.day)
        for stage in Stage:
            act_in_stage(stage, inputs, state, signals)
        rows.append(signals)
    return np.array(rows)


def course(n, mobilised, **values):
    """n days; on those given, this many are in the street of the first region."""
    return [facing(day, (mobilised.get(day, 0), 0, 0), **values) for day in range(n)]


def days(rows, name, region=0):
    """The days on which a region meets a response."""
    return np.flatnonzero(rows[name][:, region]).tolist()
