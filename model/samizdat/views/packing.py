"""Arrays as text, for a drawer in the browser."""

import base64

import matplotlib as mpl
import numpy as np
from numpy.typing import ArrayLike

from samizdat.views.looks import LOOKS

PLACE = 65_535  # a place in 0 ... 1 is a whole number up to this


def packed(values: ArrayLike, kind: str) -> str:
    """Return numbers as base64 of little-endian ``kind``, such as "u2".

    >>> packed([1, 2], "u2")
    'AQACAA=='
    """
    return base64.b64encode(np.ascontiguousarray(values, f"<{kind}").tobytes()).decode()


def packed_places(places: ArrayLike) -> str:
    """Return places in 0 ... 1, (n, 2), as base64 of two numbers of two bytes each."""
    return packed(np.round(np.asarray(places, np.float64) * PLACE), "u2")


def looks_of_postures() -> list[dict[str, object]]:
    """Return how each posture is drawn, in the order of their codes, as plain data."""
    return [
        {
            "name": name,
            "words": look.words,
            "term": look.term,
            "colour": mpl.colors.to_hex(look.colour),
            "marker": look.marker,
            "size": look.size,
        }
        for name, look in LOOKS.items()
    ]
