"""How a report formats numbers, levels and measures."""

import math
from collections.abc import Sequence

from samizdat.batch.experiment import CASCADE, CASCADE_SIZE, Cascade
from samizdat.batch.factors import Value

NONE = "–"


def number(value: float | None) -> str:
    """Write a number to four digits, one above a thousand in full; a year has no comma.

    >>> number(0.0312345), number(12345.6), number(2008.0), number(-0.0), number(float("nan"))
    ('0.03123', '12,346', '2008', '0', '–')
    """
    if value is None or not math.isfinite(value):
        return NONE
    if abs(value) >= 1000:
        return grouped(value) if abs(value) < 1e15 else f"{value:.4g}"
    return f"{value + 0.0:.4g}"


def level(value: Value) -> str:
    """Write a level of a factor, a whole number in full; a year has no comma.

    >>> level(2_000_000.0), level(2008.0), level(0.123456789), level("open")
    ('2,000,000', '2008', '0.123457', 'open')
    """
    if not isinstance(value, int | float):
        return str(value)
    whole = abs(value) < 1e15 and value == int(value)
    return grouped(value + 0.0) if whole else f"{value:.6g}"


def amount(value: float, _position: int | None = None) -> str:
    """Write a number beside a tick, in full; a year has no comma.

    >>> amount(2008.0), amount(12_000.5), amount(0.25), amount(-0.0)
    ('2008', '12,000.5', '0.25', '0')
    """
    return f"{value:,.10g}" if abs(value) >= 9999.5 else f"{value + 0.0:.10g}"


def grouped(value: float) -> str:
    """Write a whole number, with commas from five digits on: four may be a year.

    >>> grouped(1999), grouped(10_000)
    ('1999', '10,000')
    """
    return f"{value:,.0f}" if abs(value) >= 9999.5 else f"{value:.0f}"


def measure(name: str, cascade: Cascade | None) -> str:
    """Name a measure on an axis."""
    if cascade is None:
        return name
    if name == CASCADE:
        return f"probability of a cascade ({cascade.of} ≥ {cascade.at_least:g})"
    if name == CASCADE_SIZE:
        return f"size of a cascade ({cascade.of}, where ≥ {cascade.at_least:g})"
    return name


def listed(names: Sequence[str]) -> str:
    """Join names as in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    head, last = ", ".join(names[:-1]), names[-1]
    return f"{head} and {last}" if head else last


def counted(lowest: int, highest: int) -> str:
    """Format a range of counts, or one number if both are equal."""
    return f"{lowest:,}" if lowest == highest else f"{lowest:,} to {highest:,}"
