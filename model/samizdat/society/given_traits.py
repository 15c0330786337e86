"""Traits that a user gives in place of those drawn, each value checked before it is stored."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from samizdat.core.layout import FOREIGN, MAX_PLATFORMS, Traits
from samizdat.core.quantity import format_value
from samizdat.society.population import RANGES

Numbers = NDArray[np.integer | np.floating]


def given_traits(traits: Traits, given: object, platforms: int = MAX_PLATFORMS) -> Traits:
    """Return the traits with some arrays (n,) replaced by the user's.

    Parameters
    ----------
    given
        Mapping from the name of a trait to its values, in the order of the citizens.
    platforms
        Number of platforms of the scenario: citizens can use these and the foreign press.

    Raises
    ------
    ValueError
        It names the trait, the first citizen whose value is impossible, and what is allowed; or
        says what is wrong with the array.
    """
    if isinstance(given, pd.DataFrame) or not isinstance(given, Mapping):
        raise ValueError(
            f"traits = {type(given).__name__}: a mapping is needed, from the name of a trait to "
            "one value for each citizen"
        )
    for name, values in given.items():
        if name not in traits._fields or name == "region":
            allowed = ", ".join(f for f in traits._fields if f != "region")
            raise ValueError(f"traits: {format_value(name)} is not one of {allowed}")
        old = getattr(traits, name)
        new = _numbers_of(name, values, len(old))
        if name == "platforms":
            usable = FOREIGN | ((1 << platforms) - 1)
            whole = np.where((new >= 0) & (new <= usable), new, 0).astype(np.int64)
            wrong = (whole != new) | (whole & ~usable != 0)
            allowed = f"the sums of {_bits_in_words(platforms)} (the foreign press)"
        else:
            low, high = RANGES[name]
            wrong = ~((new >= low) & (new <= high))
            allowed = f"{low:g} ... {high:g}"
        _refuse(name, new, wrong, f"is outside {allowed}")
        traits = traits._replace(**{name: np.ascontiguousarray(new, old.dtype)})
    return traits


def _bits_in_words(platforms: int) -> str:
    """Return the bits that a citizen of a world with so many platforms can have."""
    own = ", ".join(str(1 << k) for k in range(platforms))
    return f"{own} (the platforms) and {FOREIGN}" if own else str(FOREIGN)


def _numbers_of(name: str, values: ArrayLike, n: int) -> Numbers:
    """Return the user's values of a trait as an array (n,) of finite numbers."""
    if isinstance(values, pd.DataFrame):
        raise ValueError(f"traits: {name} is a table; one column is needed, {n} numbers")
    if isinstance(values, pd.Series) and not values.index.equals(pd.RangeIndex(len(values))):
        raise ValueError(
            f"traits: {name} is a Series whose index is not 0, 1, 2, ... in this order: sort it by "
            "the numbers of the citizens, or give an array"
        )
    if np.ma.is_masked(values):
        raise ValueError(f"traits: {name} needs {n} finite numbers, some are masked")
    try:
        new = np.array(values)
    except ValueError:  # rows of different lengths
        raise ValueError(f"traits: {name} needs {n} finite numbers, not nested lists") from None
    if new.shape != (n,):
        raise ValueError(f"traits: {name} needs {n} finite numbers, not {new.shape}")
    if new.dtype.kind not in "iuf":
        what = next((v for v in new.tolist() if type(v) not in (int, float)), new.dtype.name)
        raise ValueError(f"traits: {name} needs {n} finite numbers, not {format_value(what)}")
    if (wrong := ~np.isfinite(new)).any():
        i = int(wrong.argmax())
        raise ValueError(f"traits: {name} needs {n} finite numbers; citizen {i} has {new[i]}")
    return new


def _refuse(name: str, values: Numbers, wrong: NDArray[np.bool_], problem: str) -> None:
    """Raise an error that names the first citizen whose value is wrong, and counts the others."""
    if wrong.any():
        i = int(wrong.argmax())
        others = int(wrong.sum()) - 1
        more = f" (and {others:,} more)" if others else ""
        raise ValueError(f"traits: {name} of citizen {i} = {values[i]:g} {problem}{more}")
