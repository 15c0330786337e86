"""The signals of a region, from which a rule takes the arguments that bear their names."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from samizdat.core.jit import interpreted
from samizdat.core.layout import SIGNALS
from samizdat.explain.account import Term

Causes = Mapping[str, Mapping[str, Any]]  # from a cause to the arguments that it changes


class RegionSignals:
    """The signals of one region on one day, by name.

    A rule that reads a signal has an argument of its name. It need not be given here, so that a
    rule with a new signal is explained without a change of this package.
    """

    def __init__(self, signals: np.void) -> None:
        self._values = {name: signals[name].item() for name in SIGNALS.names or ()}

    def __getitem__(self, name: str) -> Any:
        """Return one signal."""
        return self._values[name]

    def apply(self, rule: Callable[..., Any], **given: Any) -> Any:
        """Return what a rule yields; an argument that is not ``given`` is the signal of its name.

        Parameters
        ----------
        rule
            A rule of `core.mechanisms`, compiled or not.
        given
            Its other arguments by name, and signals that are to be different.
        """
        read = {name: self[name] for name in signals_read(rule)}
        return interpreted(rule)(**(read | given))

    def terms(
        self, rule: Callable[..., float], quiet: Mapping[str, Any], start: float, causes: Causes
    ) -> tuple[tuple[Term, ...], float]:
        """Return what each cause adds to what a rule yields, and what it yields under all of them.

        The causes are let in one after the other: whatever the rule, they lead from ``start`` to
        all. A signal that the rule reads and no cause names is a cause of its own, the last.

        Parameters
        ----------
        quiet
            The arguments without any cause; signals that are not among them are 0.
        """
        read = signals_read(rule)
        named = {name for given in causes.values() for name in given} | set(quiet)
        others = {name.replace("_", " "): {name: self[name]} for name in read if name not in named}
        values, before, found = dict.fromkeys(read, 0.0) | dict(quiet), start, []
        for cause, given in {**causes, **others}.items():
            values |= given
            after = interpreted(rule)(**values)
            found.append(Term(cause, after - before))
            before = after
        return tuple(found), before


@functools.cache
def signals_read(rule: Callable[..., Any]) -> tuple[str, ...]:
    """Return the arguments of a rule that are signals."""
    names = inspect.signature(interpreted(rule)).parameters
    return tuple(name for name in names if name in (SIGNALS.names or ()))
