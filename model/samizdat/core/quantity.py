"""How a number is declared: once, beside the rule that uses it."""

import math
import operator
from typing import NamedTuple, SupportsIndex, cast

_SHOWN = 60  # characters of a value in a message


class Quantity(NamedTuple):
    """Meaning, range, unit, off value and source of one number.

    ``rate`` marks a rate per day, which acts in a step as ``1 - exp(-rate * step_days)``;
    ``names`` gives words for the codes 0, 1, ...; ``whole`` allows integers only.
    """

    meaning: str
    low: float
    high: float
    unit: str = "1"
    off: float | None = None  # the value at which its effect is exactly absent
    source: str = "assumed"
    rate: bool = False
    whole: bool = False
    names: tuple[str, ...] = ()

    def allowed(self) -> str:
        """Return the allowed values in words."""
        if self.names:
            return " or ".join(self.names)
        if self.whole and self.high - self.low == 1:
            return f"{self.low:g} or {self.high:g}"
        return f"{self.low:g} ... {self.high:g}" + (" (whole numbers)" if self.whole else "")

    def checked(self, name: str, value: object) -> float:
        """Return ``value`` as a number of this quantity.

        Raises
        ------
        ValueError
            It names the quantity, the value given and what is allowed.
        """
        if isinstance(value, str) and value in self.names:
            return float(self.names.index(value))
        switch = self.whole and (self.low, self.high) == (0, 1) and not self.names
        no_number = isinstance(value, str | bytes | bytearray) or getattr(value, "ndim", 0) > 0
        try:
            if no_number or (is_truth(value) and not switch):
                raise TypeError
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise ValueError(
                f"{name} = {format_value(value)} is not a number: {self.allowed()}"
            ) from None
        except OverflowError:
            number = math.inf
        if not self.low <= number <= self.high:  # NaN fails too
            raise ValueError(f"{name} = {format_value(value)} is outside {self.allowed()}")
        if self.whole and number != math.floor(number):
            raise ValueError(f"{name} = {format_value(value)} is not whole: {self.allowed()}")
        return number


def is_truth(value: object) -> bool:
    """Whether a value is true or false, of Python or numpy."""
    return isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"


def whole_number(name: str, value: object, low: int, high: int) -> int:
    """Return a whole number of any integer type as a Python int.

    Raises
    ------
    ValueError
        It names the thing, its value and what is allowed: truth values, fractions, text and None
        are no whole numbers.
    """
    try:
        if is_truth(value):
            raise TypeError
        number = operator.index(cast(SupportsIndex, value))
    except TypeError:
        raise ValueError(
            f"{name} = {format_value(value)} is not a whole number of {low} ... {high}"
        ) from None
    if not low <= number <= high:
        raise ValueError(f"{name} = {format_value(number)} is outside {low} ... {high}")
    return number


def format_value(value: object) -> str:
    """Return a value as short text of one line, for a message."""
    if getattr(value, "ndim", None) == 0:  # of numpy
        value = value.item()  # type: ignore[attr-defined]
    if isinstance(value, int) and value.bit_length() > 100:
        sign, digits = "-" if value < 0 else "", int(value.bit_length() * math.log10(2))
        return f"{sign}10**{digits}"
    text = " ".join(repr(value).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def end_of_step(day: float, step_days: float) -> float:
    """Return the day on which the step ends that begins on ``day``, k * step_days for a whole k.

    It is the very float with which the next step begins: day + step_days may differ from it in the
    last bit, so that a date would lie in two steps or in none.
    """
    return (round(day / step_days) + 1) * step_days


def acting(rate: float, step_days: float) -> float:
    """Turn a rate per day into the share that acts within one step: 1 - exp(-rate * days)."""
    return -math.expm1(-rate * step_days)
