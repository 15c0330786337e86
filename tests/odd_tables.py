"""The tables of parameters in docs/ODD.md, to hold what the code declares against them."""

import re
from pathlib import Path
from typing import NamedTuple

from samizdat.core.quantity import Quantity

ODD = Path(__file__).parents[1] / "docs" / "ODD.md"


class Row(NamedTuple):
    """The cells of a row behind its name, as they are printed."""

    default: str
    allowed: str
    unit: str
    off: str
    meaning: str
    source: str


def rows(title: str) -> dict[str, Row]:
    """The rows of the table below this title, by name."""
    table = ODD.read_text(encoding="utf-8").split(f"**{title}")[1].split("\n**")[0]
    found = re.findall(r"^\| `([a-z_.]+)` \|(.*)\|$", table, re.MULTILINE)
    return {name: Row(*(cell.strip() for cell in cells.split("|"))) for name, cells in found}


def assert_declared(row: Row, quantity: Quantity, default: float, rate: bool) -> None:
    """Check that a number is declared as its row says; ``rate``: with a tilde in section 7."""
    if quantity.names:
        assert quantity.names == tuple(row.allowed.split(" or "))
        assert (quantity.low, quantity.high) == (0, 1)
        assert default == quantity.names.index(row.default)
    else:
        numbers = re.findall(r"-?[\d.]*\d(?:e[+-]\d+)?", row.allowed)
        assert [quantity.low, quantity.high] == [float(number) for number in numbers]
        assert default == float(row.default)
    assert quantity.off == (float(row.off) if row.off else None)
    assert quantity.unit == (row.unit or "1")
    assert (quantity.meaning, quantity.source) == (row.meaning, row.source)
    assert quantity.whole is (" or " in row.allowed or "whole numbers" in row.allowed)
    assert quantity.rate is rate
