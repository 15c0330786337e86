"""The slider of a parameter: its range, stretched where small values matter; and its group."""

import math
from typing import NamedTuple

from samizdat.regime.queries import lever_of, look_of, switch_of
from samizdat.scenario.registry import DATED, REGISTRY
from samizdat.text.catalogue import name_of, words

STEPS = 1000  # of a slider
HOME = 1 / 3  # of the slider: where a small default is to stand
STEEPEST = 6.0


class Scale(NamedTuple):
    """A slider's places 0 ... STEPS and the values that they stand for."""

    low: float
    high: float
    bend: float  # 1: linear; the larger, the finer near the low end
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
    """Return the slider of a parameter, from its declaration."""
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
    """Return the names of parameters by group: those that act immediately, or on a new start."""
    found: dict[str, list[str]] = {}
    for name, entry in REGISTRY.items():
        if (entry.group in DATED) is live:
            found.setdefault(group_title(name, entry.group), []).append(name)
    return found


def group_title(name: str, group: str) -> str:
    """Return the title of the group in which the page shows a parameter.

    Those of a lever have the title of its look; but levers of one parameter share a group.
    """
    if group == "population":
        return words("group.population")
    if group == "regime":
        lever = lever_of(name)
        if switch_of(lever) or "." in name:
            return look_of(lever).title
    if "." not in name:
        return words("group.standing")
    return name_of("group", name.partition(".")[0])


def words_of(name: str) -> tuple[str, ...]:
    """Return what the values 0, 1, ... of a parameter are called; nothing if they are amounts."""
    quantity = REGISTRY[name].quantity
    switch = quantity.whole and quantity.high - quantity.low == 1
    return quantity.names or (("off", "on") if switch else ())


def format_field(value: float) -> str:
    """Return a number as it stands in the field beside its slider, where it can be edited."""
    return f"{value:.6g}"
