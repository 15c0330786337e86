"""How numbers are written for people to read."""

import math
from typing import Literal

Kind = Literal["amount", "count", "share", "year"]

NONE = "–"
EXACT = 1e15  # above this a float no longer holds every whole number


def number(value: float | None, kind: Kind = "amount", digits: int = 4) -> str:
    """Write a number; one that is missing or infinite is a dash.

    Parameters
    ----------
    kind
        ``count``: a whole number with commas; ``share``: a part of 1, as a percentage; ``year``:
        without commas; ``amount``: any other, one above a thousand as a whole number with commas.
    digits
        Significant digits of shares and amounts.

    >>> number(1234567, "count"), number(0.0295, "share"), number(2008, "year")
    ('1,234,567', '2.95 %', '2008')
    >>> number(12345.6), number(0.00031234), number(-0.0), number(None)
    ('12,346', '0.0003123', '0', '–')
    """
    if value is None or not math.isfinite(value):
        return NONE
    if kind == "count":
        return f"{value:,.0f}"
    if kind == "year":
        return f"{value:.0f}"
    if kind == "share":
        return f"{_digits(100 * value, digits)} %"
    return _digits(value, digits)


def _digits(value: float, digits: int) -> str:
    """Write a number to that many digits; one whose whole part has more, as a whole number."""
    whole = len(f"{abs(value):.0f}") if abs(value) < EXACT else 0
    return f"{value + 0.0:,.{max(digits, whole)}g}"
