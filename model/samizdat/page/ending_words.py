"""The ending of a run in words: its outcomes as a table, and the orders as lines."""

import datetime as dt
from typing import Any

from samizdat.page.ending import Given
from samizdat.text.numbers import number
from samizdat.views.looks import day_in_words


def rows_of(summary: dict[str, Any], other: dict[str, Any] | None) -> list[dict[str, str]]:
    """Return the outcomes of a run, and of a second one, as a table."""
    found, second = _outcomes(summary), _outcomes(other) if other is not None else {}
    return [
        {"label": label, "value": value, "other": second.get(label, "…")}
        for label, value in found.items()
    ]


def in_words(order: Given) -> str:
    """Return an order with its place and dates, as a line."""
    what = f"{order.title}, {', '.join(order.regions) or 'everywhere'}"
    first = day_in_words(order.first)
    if order.first == order.last:
        return f"{what}: {first}"
    return f"{what}: {first} to {day_in_words(order.last) if order.last else 'the end'}"


def what_orders_meant(with_them: int, without: int) -> str:
    """Return, in a sentence, what the orders did to the person-days in the street."""
    difference = with_them - without
    way = "more" if difference > 0 else "fewer"
    world = "In this world, with these random numbers, your orders"
    runs = f"{with_them:,} with them, {without:,} without"
    if not difference:
        return f"{world} left the number of person-days in the street as it was: {runs}."
    share = ""
    if without:
        percent = 100 * abs(difference) / without
        share = f" ({f'{percent:,.0f}' if percent >= 1 else 'less than 1'} %)"
    return f"{world} meant {abs(difference):,} {way} person-days in the street{share}: {runs}."


def _outcomes(summary: dict[str, Any]) -> dict[str, str]:
    nobody = summary["first_day"] is None
    return {
        "In the street, all days together": f"{number(summary['person_days'])} person-days",
        "Most in the street on one day": "nobody"
        if nobody
        else f"{summary['peak_mobilised']:,} on {_day(summary['peak_date'])}",
        "First day with anybody there": _day(summary["first_day"]),
        "Last day with anybody there": _day(summary["last_day"]),
        "Arrests": f"{summary['arrests']:,}",
        "Most who kept quiet out of fear on one day": f"{summary['peak_self_censor']:,}",
    }


def _day(text: str | None) -> str:
    return "none" if text is None else day_in_words(dt.date.fromisoformat(text))
