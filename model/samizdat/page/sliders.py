"""How a number stands on a slider: its range, drawn out where small values matter."""

import math
from typing import NamedTuple

from samizdat.regime.levers import LEVERS
from samizdat.scenario.registry import DATED, REGISTRY

STEPS = 1000  # of a slider
HOME = 1 / 3  # of the slider: where a small default is to stand
STEEPEST = 6.0

# The groups of the page: by mechanism, what acts live before what acts on a new start.
TITLES = {
    "reach": "Who hears whom", "attention": "How word spreads", "grievance": "Grievance",
    "trust": "Trust in the state", "fear": "Fear", "decision": "Daring to speak",
    "fate": "Arrest and its length", "circumvention": "Ways round a block",
    "blocking": "Blocking by rule", "blackout": "Blackouts by rule", "ban": "Banned platforms",
    "arrests": "Arrests", "violence": "Violence by rule", "concession": "Giving in by rule",
    "graph": "The social graph", "adoption": "Who is online, and when",
}  # fmt: skip


class Scale(NamedTuple):
    """A slider's places 0 ... STEPS and the values that they stand for."""

    low: float
    high: float
    bend: float  # 1 is straight; the more, the finer near the low end
    whole: bool

    def value(self, place: float) -> float:
        """Return the value at a place, to three digits."""
        part = min(1.0, max(0.0, place / STEPS))
        value = self.low + (self.high - self.low) * part**self.bend
        if self.whole:
            return float(round(value))
        return min(self.high, max(self.low, float(f"{value:.3g}")))

    def place(self, value: float) -> int:
        """Return the place of a value."""
        part = (value - self.low) / (self.high - self.low)
        straight: float = min(1.0, max(0.0, part)) ** (1.0 / self.bend)
        return round(STEPS * straight)


def scale_of(name: str) -> Scale:
    """Return the slider of a number, from its declaration."""
    quantity, default, _ = REGISTRY[name]
    span = quantity.high - quantity.low
    part = (default - quantity.low) / span
    bend = 1.0
    if 0.0 < part < 0.2:
        bend = min(STEEPEST, math.log(part) / math.log(HOME))
    elif part == 0.0 and not quantity.whole:
        bend = 2.0  # off by default: small values first
    return Scale(quantity.low, quantity.high, bend, quantity.whole)


def groups(live: bool) -> dict[str, list[str]]:
    """Return the names of numbers by group: those that act at once, or only on a new start."""
    found: dict[str, list[str]] = {}
    for name, (_, _, place) in REGISTRY.items():
        if (place in DATED) is live:
            found.setdefault(_title(name, place), []).append(name)
    return found


def _title(name: str, place: str) -> str:
    head = name.partition(".")[0]
    if "." in name or head in TITLES:
        return TITLES.get(head, head)
    return {"population": "The citizens"}.get(place, "Standing levers")


def lever_of(name: str) -> str:
    """Return the lever of the state that a number drives."""
    return next(lever for lever, each in LEVERS.items() if name in each.parameters)


def words_of(name: str) -> tuple[str, ...]:
    """Return what the values 0, 1, ... of a number are called; nothing where they are amounts."""
    quantity = REGISTRY[name].quantity
    switch = quantity.whole and quantity.high - quantity.low == 1
    return quantity.names or (("off", "on") if switch else ())


def shown(value: float) -> str:
    """Return a number as it is written beside its slider."""
    return f"{value:.6g}"
