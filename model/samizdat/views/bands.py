"""What happened and what the state did, as named bands below a time series."""

from collections.abc import Collection
from math import inf
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox, TransformedBbox

from samizdat.figures.chronicle import UNNAMED, WORLD, lane_of
from samizdat.figures.frame import Colour, days_of, shorten
from samizdat.regime.queries import look_of
from samizdat.text.apart import Titled, told_apart
from samizdat.text.catalogue import words
from samizdat.text.numbers import number
from samizdat.views.canvas import BlitCanvas
from samizdat.views.looks import INK, SMALL, day_in_words

PREFIXED = ("signal", "setting")  # what happens in the world, if its names need a word before them
PLACES_NAMED = 2
LETTER = 0.56 * SMALL / 72  # inches, about


class Band(NamedTuple):
    """An event or order that lasted from one day to another (exclusive)."""

    kind: str
    text: str
    start: float
    end: float
    own: bool = False  # ordered by the viewer during the run


class Placed(NamedTuple):
    """A band in its row; a text that has no room is empty."""

    band: Band
    row: int
    text: str
    at: float
    side: str  # "left" or "right": whether the text begins or ends at ``at``


def bands_of(table: pd.DataFrame, today: float, own: Collection[str] = ()) -> list[Band]:
    """Return what had begun by a day, the earliest first; ``own`` are the viewer's ids.

    What has the same name and place has its date. Grievances that arrive are left out: they are
    many and have no names, and a lane of their own.
    """
    if table.empty:
        return []
    table = table[(days_of(table["start"]) - 0.5 <= today) & (table["kind"] != UNNAMED)]
    if table.empty:
        return []
    start, end = days_of(table["start"]) - 0.5, days_of(table["end"]) + 0.5
    columns = [table[name].astype(str) for name in ("kind", "name", "region")]
    dates = [day_in_words(pd.Timestamp(each).date()) for each in table["start"]]
    texts = told_apart(
        [Titled(_described(*row), date=date) for *row, date in zip(*columns, dates, strict=True)]
    )
    found = [
        Band(kind, text, float(first), float(last), str(entry) in own)
        for kind, text, first, last, entry in zip(
            columns[0], texts, start, end, table["id"], strict=True
        )
    ]
    return sorted(found, key=lambda band: band.start)


def _described(kind: str, name: str, region: str) -> str:
    prefix = words(f"timeline.{kind}.prefix") if kind in PREFIXED else ""
    if kind not in WORLD:
        look = look_of(kind)
        prefix = look.prefix or ""
        name = look.label if name == kind else name
    if prefix.lower() not in name.lower():
        name = f"{prefix}: {name}"
    places = region.split(", ")
    if region == "nation":
        return name
    if len(places) > PLACES_NAMED:
        return f"{name} – {number(len(places), 'count')} regions"
    return f"{name} – {region}"


def placed(
    bands: list[Band], today: float, span: tuple[float, float], inches: float, rows: int
) -> list[Placed]:
    """Find each band a row: the viewer's own first, then events that still run, then the latest.

    Bands for which there is no row are drawn in the last one, without names.
    """
    scale = (span[1] - span[0]) / inches
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows - 1)]
    found = []

    def turn(band: Band) -> tuple[bool, bool, float, str]:
        over = band.kind != "event" or band.end < today
        return (not band.own, over, -band.start, band.text)

    for band in sorted(bands, key=turn):
        text = shorten(band.text, max(8, int(0.6 * inches / LETTER)))
        width = (len(text) + 1) * LETTER * scale
        start, end = max(band.start, span[0]), min(band.end, span[1])
        if end <= span[0] or start >= span[1]:
            continue
        fits = start + width <= span[1]
        left, right = (start, max(end, start + width)) if fits else (start - width, end)
        at, side = start, "left" if fits else "right"  # of its beginning no text moves as it grows
        if not fits and left < span[0]:  # on a narrow panel neither side has room
            left, right, at, side = span[0], max(end, span[0] + width), span[0], "left"
        row = next((r for r, used in enumerate(taken) if not _meets(used, left, right)), None)
        if row is None:
            found.append(Placed(band, rows - 1, "", at, side))
            continue
        taken[row].append((left, right))
        found.append(Placed(band, row, text, at, side))
    return found[::-1]


def _meets(used: list[tuple[float, float]], left: float, right: float) -> bool:
    return any(left < end and start < right for start, end in used)


class Strip:
    """Axes with bands; names are written again only where they change, or while their bar grows.

    Parameters
    ----------
    elsewhere
        Where names are found for which there is no room, if anywhere.
    """

    ROW = 0.148  # inches

    def __init__(
        self, ax: Axes, sheet: BlitCanvas, inches: tuple[float, float], elsewhere: str = ""
    ) -> None:
        self.ax, self.sheet, self.wide = ax, sheet, inches[0]
        self.rows = max(2, int(inches[1] / self.ROW))
        self.elsewhere = f": see {elsewhere}" if elsewhere else ""
        ax.set_ylim(self.rows, 0)
        ax.set_yticks([])
        ax.set_ylabel(words("axis.actions.brief"))
        ax.spines["left"].set_visible(False)
        # Wider and higher than the axes: letters may reach a little beyond them.
        left, across, up = -0.3 / inches[0], 1 + 0.44 / inches[0], 1 + 0.06 / inches[1]
        self._ground = Rectangle((left, 0), across, up, transform=ax.transAxes, facecolor="white")
        self._ground.set(linewidth=0, clip_on=False)
        self._within = TransformedBbox(Bbox.from_bounds(left, 0, across, up), ax.transAxes)
        self._bars = PolyCollection([], linewidths=0)
        self.growth = PolyCollection([], linewidths=0)
        self._edges = ax.vlines([], [], [], linewidth=1.2)
        ax.add_artist(self._ground)
        ax.add_artist(self._bars)
        ax.add_artist(self.growth)
        self._shown: list[Placed] | None = None
        self._ends: list[float] = []
        moving: list[Artist] = [self._ground, self._bars, self._edges]
        for artist in moving:
            artist.set_animated(True)  # `update` paints them
        self._still: list[Text] = []
        # Above growth: a name that a growing bar reaches, one a row, and how many have none.
        self._above = [self._text() for _ in range(self.rows - 1)]
        self.more = self._text()
        self.more.set_bbox({"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.6})
        sheet.add_animated([self.growth, *self._above, self.more])

    def _text(self) -> Text:
        style: Any = {"fontsize": SMALL, "va": "center_baseline", "parse_math": False}
        text = self.ax.text(0, 0, "", color=INK, animated=True, **style)
        text.set(clip_on=True, clip_box=self._within)
        return text

    @property
    def names(self) -> list[str]:
        """What is named."""
        return [each.text for each in self._shown or [] if each.text]

    def forget(self) -> None:
        """Paint everything again the next time: the still parts were painted over."""
        self._shown = None

    def update(self, table: pd.DataFrame, today: float, own: Collection[str] = ()) -> None:
        """Show what had begun by a day; bars reach to that day at most."""
        span = self.ax.get_xlim()
        found = placed(bands_of(table, today, own), today, span, self.wide, self.rows)
        ends = [min(each.band.end, today + 0.5, span[1]) for each in found]
        shown = [  # what is over is painted with its end; what is not has none, and grows
            each if is_over(each.band, today) else each._replace(band=each.band._replace(end=inf))
            for each in found
        ]
        shrunk = any(end < before for end, before in zip(ends, self._ends, strict=False))
        if shown != self._shown or shrunk:  # an earlier day may be shown again
            self._shown, self._ends = shown, ends
            self._paint(found, ends, span, today)
        # Drawing text is slow: until there is something new, bars only grow.
        self._set(self.growth, found, self._ends, ends)
        self.growth.set_facecolor([_tint(_lane_colour(each.band.kind)) for each in found])

    def _paint(
        self, found: list[Placed], ends: list[float], span: tuple[float, float], today: float
    ) -> None:
        """Paint bars and names while there is nothing new."""
        starts = [max(each.band.start, span[0]) for each in found]
        self._set(self._bars, found, starts, ends)
        self._bars.set_facecolor([_tint(_lane_colour(each.band.kind)) for each in found])
        pairs = list(zip(found, starts, ends, strict=True))
        edges = [(each, start) for each, start, _ in pairs]
        edges += [(each, end) for each, _, end in pairs if is_over(each.band, today)]
        self._edges.set_segments([np.array([(x, y) for y in _height(each)]) for each, x in edges])
        self._edges.set_color([_lane_colour(each.band.kind) for each, _ in edges])
        gap = 0.05 * (span[1] - span[0]) / self.wide
        self._name(found, [today < end < span[1] for end in ends], gap)
        left_out = sum(not each.text for each in found)
        self.more.set(x=span[0] + gap, y=self.rows - 0.34)
        self.more.set_text(
            f"and {number(left_out, 'count')} more{self.elsewhere}" if left_out else ""
        )
        self.sheet.paint_onto_background([self._ground, self._bars, self._edges, *self._still])

    def _name(self, found: list[Placed], growing: list[bool], gap: float) -> None:
        """Write the names: those whose bar may yet grow above the others."""
        for text in (*self._above, *self._still):
            text.set_text("")
        while len(self._still) < len(found):
            self._still.append(self._text())
        above, still = iter(self._above), iter(self._still)
        for each, lasts in zip(found, growing, strict=True):
            if not each.text:
                continue
            text = next(above if lasts and each.side == "left" else still)
            x = each.at + (gap if each.side == "left" else -gap)
            text.set(text=each.text, x=x, y=each.row + 0.56, ha=each.side)

    @staticmethod
    def _set(
        bars: PolyCollection, found: list[Placed], starts: list[float], ends: list[float]
    ) -> None:
        corners = zip(starts, ends, map(_height, found), strict=True)
        bars.set_verts(
            [[(a, low), (b, low), (b, high), (a, high)] for a, b, (low, high) in corners]
        )


def is_over(band: Band, today: float) -> bool:
    """Whether a band ended before a day; one that runs ends with that day so far."""
    return band.end < today + 0.5


def _height(each: Placed) -> tuple[float, float]:
    """Return from where to where a bar reaches; without a name it is half as high."""
    return each.row + (0.08 if each.text else 0.4), each.row + 0.92


def _lane_colour(kind: str) -> Colour:
    return lane_of(kind)[1]


def _tint(colour: Colour) -> Colour:
    red, green, blue = (0.55 + 0.45 * part for part in mpl.colors.to_rgb(colour))
    return red, green, blue
