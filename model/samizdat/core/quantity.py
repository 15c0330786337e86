"""How a number is declared: once, beside the rule that uses it."""

import math
from typing import NamedTuple


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
        if isinstance(value, bool) and not self.whole:
            raise ValueError(f"{name} = {value!r} is not a number: {self.allowed()}")
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise ValueError(f"{name} = {value!r} is not a number: {self.allowed()}") from None
        if not self.low <= number <= self.high:  # NaN fails too
            raise ValueError(f"{name} = {value} is outside {self.allowed()}")
        if self.whole and number != math.floor(number):
            raise ValueError(f"{name} = {value} is not whole: {self.allowed()}")
        return number


def acting(rate: float, step_days: float) -> float:
    """Turn a rate per day into the share that acts within one step: 1 - exp(-rate * days)."""
    return -math.expm1(-rate * step_days)
