"""The strip of rallies below a time series: grievances that arrive, rallies and their fate."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch
from numpy.typing import NDArray

from samizdat.figures.frame import Days, spacing
from samizdat.figures.rallies import ARRIVED, LANES, RallyLane
from samizdat.text.catalogue import words
from samizdat.views.canvas import BlitCanvas
from samizdat.views.looks import SMALL

NARROWEST = 1.3  # pixels of a stroke: a day of twelve years is narrower
ROOMY = 0.2  # inches: lower axes have no label, their legend says what they show


def lanes_shown(*, arrivals: bool) -> tuple[RallyLane, ...]:
    """Return the lanes from the top; grievances that arrive have one where any can."""
    return (ARRIVED, *LANES) if arrivals else LANES


def lane_names(*, arrivals: bool) -> list[str]:
    """Return the names of the lanes, as a legend has them."""
    names = [words("arrival.first")] if arrivals else []
    return [*names, words("rally.first"), *(words(lane.words_key) for lane in LANES[1:])]


class RallyStrip:
    """Axes with lanes of strokes, a day each, from the top: called, held, prevented.

    Above them is one of the grievances that arrive, where any can (``arrivals``).
    """

    def __init__(self, ax: Axes, sheet: BlitCanvas, *, arrivals: bool = False) -> None:
        self.ax = ax
        self.lanes = lanes_shown(arrivals=arrivals)
        self.strokes: dict[str, PolyCollection] = {}
        for lane in self.lanes:
            strokes = PolyCollection([], facecolor=lane.colour, edgecolor=lane.colour)
            strokes.set(linewidth=0, clip_on=True)
            ax.add_collection(strokes, autolim=False)
            self.strokes[lane.column] = strokes
        ax.set_ylim(len(self.lanes), 0)
        ax.set_yticks([])
        if ax.bbox.height > ROOMY * sheet.figure.dpi:
            ax.set_ylabel(words("axis.rallies"))
        ax.spines["left"].set_visible(False)
        feet = range(1, len(self.lanes))
        ax.hlines(feet, 0, 1, "0.9", lw=0.6, transform=ax.get_yaxis_transform())
        names = lane_names(arrivals=arrivals)
        colours = [lane.colour for lane in self.lanes]
        patches = [Patch(color=c, label=n) for c, n in zip(colours, names, strict=True)]
        place: Any = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": len(names)}
        look: Any = {"fontsize": SMALL + 0.5, "frameon": False, "handlelength": 0.9}
        spare: Any = {"borderaxespad": 0.15, "columnspacing": 1.2, "borderpad": 0.2}
        ax.legend(handles=patches, **place, **look, **spare)
        sheet.add_animated(self.strokes.values())

    def update(self, days: Days, counts: Mapping[str, NDArray[np.float64]]) -> None:
        """Show the rallies of these days; a stroke is at least `NARROWEST` pixels wide."""
        left, right = self.ax.get_xlim()
        half = max(spacing(days), NARROWEST * (right - left) / self.ax.bbox.width) / 2
        for row, lane in enumerate(self.lanes):
            some = days[np.flatnonzero(counts[lane.column])]
            corners = [(day - half, day + half) for day in some.tolist()]
            low, high = row + 0.12, row + 0.9
            self.strokes[lane.column].set_verts(
                [[(a, low), (b, low), (b, high), (a, high)] for a, b in corners]
            )
