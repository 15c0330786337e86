"""What was counted of a run, step by step: for the nation, or region by region."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core.layout import TALLIES
from samizdat.run.measures import ACTIONS, MEASURES, daily_table

Dates = NDArray[np.datetime64]


class Counted:
    """The rows of a run of so many steps, empty until they are noted.

    Attributes
    ----------
    tallies
        (T, R, len(TALLIES)) what the passes counted.
    actions
        (T, R, len(ACTIONS)) what the state did: platforms barred, blackout, violence.
    blocked_anywhere
        (T,) platforms barred in some region.
    latent
        (T,) whether latent self-censorship was counted.
    """

    def __init__(self, steps: int, sizes: NDArray[np.int64]) -> None:
        self.sizes = sizes
        self.tallies = np.zeros((steps, len(sizes), len(TALLIES)), np.int64)
        self.actions = np.zeros((steps, len(sizes), len(ACTIONS)), np.int64)
        self.blocked_anywhere = np.zeros(steps, np.int64)
        self.latent = np.zeros(steps, bool)

    def note(
        self, k: int, tallies: NDArray[np.int64], barred: NDArray[np.int64], signals: NDArray[Any]
    ) -> None:
        """Note step k: its tallies, the platforms barred as bits (R,), and its signals (R,)."""
        self.tallies[k] = tallies
        self.actions[k, :, 0] = np.bitwise_count(barred)
        self.actions[k, :, 1] = signals["blackout"]
        self.actions[k, :, 2] = signals["violence"] > 0
        self.blocked_anywhere[k] = int(np.bitwise_or.reduce(barred)).bit_count()

    def last(self, done: int) -> NDArray[np.int64]:
        """Return the tallies of the last of the steps done (R, len(TALLIES)); 0 before any."""
        return self.tallies[done - 1] if done else np.zeros(self.tallies.shape[1:], np.int64)

    def history(self, steps: slice, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Return columns of the nation's table, of `MEASURES` and `ACTIONS`; summed once."""
        tallies, citizens = self.tallies[steps].sum(axis=1), self.sizes.sum()
        return {
            name: self._acted(steps, name) if name in ACTIONS else MEASURES[name](tallies, citizens)
            for name in names
        }

    def nation(self, done: int, dates: Dates) -> pd.DataFrame:
        """Return one row a step done, for the nation."""
        steps = slice(done)
        return daily_table(
            self.tallies[steps].sum(axis=1),
            {name: self._acted(steps, name) for name in ACTIONS},
            self.latent[steps],
            self.sizes.sum(),
            dates[steps],
            None,
        )

    def regions(self, done: int, dates: Dates, names: list[str]) -> pd.DataFrame:
        """Return one row a step done and region."""
        return daily_table(
            self.tallies[:done],
            {name: self.actions[:done, :, a] for a, name in enumerate(ACTIONS)},
            self.latent[:done],
            self.sizes,
            dates[:done],
            names,
        )

    def _acted(self, steps: slice, name: str) -> NDArray[np.int64]:
        """Return in how many regions an act held; a platform counts once, wherever it is barred."""
        column = ACTIONS.index(name)
        return (
            self.actions[steps, :, column].sum(axis=1) if column else self.blocked_anywhere[steps]
        )
