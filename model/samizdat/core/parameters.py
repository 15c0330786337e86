"""All parameters of the citizens' rules, from the modeller's script to the machine code."""

import itertools
import typing
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from samizdat.core.jit import compiled
from samizdat.core.mechanisms.arrivals import Arrivals
from samizdat.core.mechanisms.attention import Attention
from samizdat.core.mechanisms.circumvention import Circumvention
from samizdat.core.mechanisms.decision import Decision
from samizdat.core.mechanisms.fate import Fate
from samizdat.core.mechanisms.fear import Fear
from samizdat.core.mechanisms.grievance import Grievance
from samizdat.core.mechanisms.rally import Rally
from samizdat.core.mechanisms.reach import Reach
from samizdat.core.mechanisms.trust import Trust
from samizdat.core.quantity import Quantity, acting


class Parameters(NamedTuple):
    """Every number of the citizens' rules, grouped by mechanism."""

    reach: Reach = Reach()
    attention: Attention = Attention()
    grievance: Grievance = Grievance()
    trust: Trust = Trust()
    fear: Fear = Fear()
    decision: Decision = Decision()
    fate: Fate = Fate()
    circumvention: Circumvention = Circumvention()
    rally: Rally = Rally()
    arrivals: Arrivals = Arrivals()


# Where each group begins and ends in a flat row of numbers.
(_A, _B, _C, _D, _E, _F, _G, _H, _I, _J) = itertools.accumulate(
    len(group) for group in Parameters._field_defaults.values()
)


def flat(p: Parameters) -> tuple[float, ...]:
    """Return all numbers in one row, which is passed to compiled code in a tenth of the time."""
    return tuple(float(number) for group in p for number in group)


@compiled
def grouped(row: tuple[float, ...]) -> Parameters:
    """Return the parameters of a row made by `flat`; each group has its slice here."""
    return Parameters(
        Reach(*row[:_A]),
        Attention(*row[_A:_B]),
        Grievance(*row[_B:_C]),
        Trust(*row[_C:_D]),
        Fear(*row[_D:_E]),
        Decision(*row[_E:_F]),
        Fate(*row[_F:_G]),
        Circumvention(*row[_G:_H]),
        Rally(*row[_H:_I]),
        Arrivals(*row[_I:_J]),
    )


def declared(cls: type, prefix: str = "") -> Iterator[tuple[str, Quantity, float]]:
    """Yield (name, quantity, default) of each annotated number of a NamedTuple class."""
    for field, hint in typing.get_type_hints(cls, include_extras=True).items():
        quantity = next((m for m in getattr(hint, "__metadata__", ()) if type(m) is Quantity), None)
        if quantity is not None:
            yield prefix + field, quantity, cls._field_defaults[field]  # type: ignore[attr-defined]


def quantities() -> Iterator[tuple[str, Quantity, float]]:
    """Yield (dotted name, quantity, default) for every parameter of the citizens' rules."""
    for group, default in Parameters._field_defaults.items():
        yield from declared(type(default), group + ".")


def parameters_from(values: Mapping[str, float]) -> Parameters:
    """Return the parameters with the values given by dotted name (all of them known names)."""
    groups = {}
    for group, default in Parameters._field_defaults.items():
        given = {
            f: float(values[f"{group}.{f}"]) for f in default._fields if f"{group}.{f}" in values
        }
        groups[group] = default._replace(**given)
    return Parameters(**groups)


def acting_parameters(p: Parameters, step_days: float) -> Parameters:
    """Convert parameters declared per day into values per step.

    Rates become 1 - exp(-rate * days); fear.witness acts per day; detention_days become steps.
    """
    groups = {}
    for group, part in p._asdict().items():
        rates = {
            name: acting(getattr(part, name), step_days)
            for name, quantity, _ in declared(type(part))
            if quantity.rate
        }
        groups[group] = part._replace(**rates)
    groups["fear"] = groups["fear"]._replace(witness=p.fear.witness * step_days)
    days = max(1.0, p.fate.detention_days / step_days)
    groups["fate"] = groups["fate"]._replace(detention_days=days)
    return Parameters(**groups)
