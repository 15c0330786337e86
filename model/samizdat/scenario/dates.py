"""Dates of a scenario: years 1900 ... 2199, as text only in the form YYYY-MM-DD."""

import datetime as dt
import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from samizdat.core.quantity import format_value

FIRST_YEAR, LAST_YEAR = 1900, 2199  # a step or a rest of days added to these still is a date
_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_from(value: object) -> dt.date:
    """Return a date, or text of the form YYYY-MM-DD, as a date.

    Raises
    ------
    ValueError
        It gives the value and what is allowed.
    """
    day = value
    if isinstance(value, str) and _FORM.fullmatch(value):
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{format_value(value)} is not a day of the calendar") from None
    if isinstance(day, dt.datetime) and day.time() == dt.time():
        day = day.date()
    if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
        given = str(value) if isinstance(value, dt.datetime) else format_value(value)
        raise ValueError(f"{given} is not a date of the form 2014-03-01")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day} is outside the years {FIRST_YEAR} ... {LAST_YEAR}")
    return day


Day = Annotated[dt.date, BeforeValidator(day_from)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
