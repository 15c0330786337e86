"""The chart of actions: events of the world and orders of the state, as named bands."""

from collections.abc import Iterable
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from samizdat.figures.frame import (
    COLOURS,
    TEXT,
    THEME,
    Colour,
    Days,
    Table,
    days_of,
    new_axes,
    row_text,
    rows_height,
    shorten,
    spacing,
    time_axis,
)
from samizdat.regime.levers import LEVERS
from samizdat.regime.queries import look_of
from samizdat.text.catalogue import words
from samizdat.text.numbers import number

# What happens to the state, by kind; what the state does has the look of its lever.
WORLD: dict[str, Colour] = {
    "event": COLOURS[1],
    "arrival": COLOURS[4],
    "account": COLOURS[5],
    "signal": COLOURS[9],
    "setting": COLOURS[7],
    "law": COLOURS[1],
}
UNNAMED = "arrival"  # its many bands share a row and have no text: lane and date say all of them
ROWS_AT_MOST = 100  # 16 inches: the history of a country of twelve years takes 40
PLACES_AT_MOST = 3  # named in one row


class Row(NamedTuple):
    """One line of the chart of actions: a text and the days on which it held."""

    kind: str
    text: str
    spans: list[tuple[float, float]]


def actions(bands: Table, nation: Table, *, ax: Axes | None = None) -> Axes:
    """Draw events of the world and orders of the state: a lane for each kind, a row for each name.

    Entries with the same name and region, or the same name and dates, share a row, and so do all
    grievances that arrived. If there are
    too many rows to name, the lanes with most rows are drawn by name alone, then in one row. A text
    stands on its bar if it fits, else beside it; it is shortened if neither has room.
    """
    with mpl.rc_context(THEME):
        days = days_of(nation["date"])
        rows = rows_of(bands, days)
        ax = new_axes(ax, rows_height(len(rows)))
        ax.set_ylabel(words("axis.actions"))
        ax.set_ylim(max(1, len(rows)) - 0.5, -0.5)
        time_axis(ax, days)
        if not rows:
            ax.set_yticks([])
            ax.text(0.5, 0.5, "no dated events", transform=ax.transAxes, ha="center", va="center")
            return ax
        kinds = [row.kind for row in rows]
        lanes = list(dict.fromkeys(kinds))
        centres = [kinds.index(kind) + (kinds.count(kind) - 1) / 2 for kind in lanes]
        ax.set_yticks(centres, [lane_of(kind)[0] for kind in lanes], parse_math=False)
        ax.tick_params(axis="y", length=0, labelsize=TEXT)
        ax.hlines([kinds.index(kind) - 0.5 for kind in lanes[1:]], *ax.get_xlim(), "0.75", lw=0.6)
        ax.grid(axis="x", color="0.92", linewidth=0.6)
        ax.set_axisbelow(True)
        size, _ = row_text(ax, len(rows))
        for y, row in enumerate(rows):
            colour = lane_of(row.kind)[1]
            bars = [(start, end - start) for start, end in row.spans]
            tint = [0.55 + 0.45 * part for part in mpl.colors.to_rgb(colour)]
            ax.broken_barh(bars, (y - 0.38, 0.76), color=tint, linewidth=0)
            # A day in twelve years is narrower than a pixel: the stroke shows it.
            ax.vlines([start for start, _ in bars], y - 0.38, y + 0.38, colour, linewidth=1.2)
            if row.text:
                _write(ax, y, row, size, tint)
    return ax


def rows_of(bands: Table, days: Days) -> list[Row]:
    """Rows of the chart: lanes in order, in a lane by date; at most what a page can name."""
    if bands.empty:
        return []
    half = spacing(days) / 2
    first, last = days[0] - half, days[-1] + half
    start = np.nan_to_num(days_of(bands["start"]) - half, nan=first).clip(min=first)
    end = np.nan_to_num(days_of(bands["end"]) + half, nan=last).clip(max=last)
    seen = bands.fillna({"region": "nation"}).astype({"kind": str, "name": str, "region": str})
    seen = seen.assign(start=start, end=end)[start < end].sort_values("start", kind="stable")
    kinds = sorted(seen["kind"].unique(), key=[*lanes_in_order(), *seen["kind"]].index)
    named = [kind for kind in kinds if kind != UNNAMED]
    lanes = {kind: _lane_rows(seen[seen["kind"] == kind], ["name", "region"]) for kind in named}
    if len(named) < len(kinds):
        marks = seen[seen["kind"] == UNNAMED]
        lanes[UNNAMED] = [Row(UNNAMED, "", [*zip(marks["start"], marks["end"], strict=True)])]
    for columns in (["name"], ["kind"]):
        for kind in sorted(named, key=lambda kind: -len(lanes[kind])):
            if sum(map(len, lanes.values())) > ROWS_AT_MOST:
                lanes[kind] = _lane_rows(seen[seen["kind"] == kind], columns)
    return [row for kind in kinds for row in lanes[kind]]


def lanes_in_order() -> list[str]:
    """Return the kinds of bands from top to bottom: the world first, then the state's levers."""
    return [*WORLD, *LEVERS]


def lane_of(kind: str) -> tuple[str, Colour]:
    """Return name and colour of the lane of a kind of band; of a lever, those of its look."""
    if kind in WORLD:
        return words(f"timeline.{kind}"), WORLD[kind]
    look = look_of(kind)
    return look.lane, look.colour


def _lane_rows(lane: Table, columns: list[str]) -> list[Row]:
    """Rows of one lane: entries that agree in the columns share a row."""
    drawn: list[tuple[str, list[str], list[tuple[float, float]]]] = []
    for _, same in lane.groupby(columns, sort=False):
        names, places = same["name"].unique(), list(same["region"].unique())
        text = names[0] if len(names) == 1 else f"{number(len(same), 'count')} dated entries"
        spans = list(zip(same["start"], same["end"], strict=True))
        for other, elsewhere, when in drawn:
            if (other, when) == (text, spans) and _few([*elsewhere, *places]):
                elsewhere += places
                break
        else:
            drawn.append((text, places, spans))
    kind = lane["kind"].iloc[0]
    return [Row(kind, text + _where(places), spans) for text, places, spans in drawn]


def _few(places: Iterable[str]) -> bool:
    """Whether places can be named in one row; an entry may itself name several."""
    return sum(place.count(",") + 1 for place in places) <= PLACES_AT_MOST


def _where(places: list[str]) -> str:
    if "nation" in places:
        return ""
    named = len(places) == 1 or _few(places)
    return " – " + (", ".join(places) if named else f"{number(len(places), 'count')} regions")


def _write(ax: Axes, y: float, row: Row, size: float, tint: list[float]) -> None:
    """Write a row's text on its first bar, after or before all, across all: where it fits first."""
    left, right = ax.get_xlim()
    gap = (right - left) / 120
    (start, next_to), end = row.spans[0], max(end for _, end in row.spans)
    on, after = (next_to - start, start, "left"), (right - end, end, "left")
    rooms = [on, after, (start - left, start, "right"), (end - start, start, "left")]
    text = ax.text(0, y, row.text, fontsize=size, va="center_baseline", parse_math=False)
    text.set_in_layout(False)
    scale = (right - left) / ax.get_window_extent().width

    def width() -> float:
        # A twentieth more: letters grow by that when a figure is saved at another resolution.
        return 1.05 * text.get_window_extent().width * scale + 2 * gap

    room, x, side = next((place for place in rooms if width() <= place[0]), max(rooms))
    kept = len(row.text)
    while width() > room and kept > 1:
        kept = min(kept - 1, int(kept * room / width()) + 1)
        text.set_text(shorten(row.text, kept))
    if (room, x) == rooms[-1][:2] != on[:2]:  # strokes of later bars do not run through the letters
        text.set_path_effects([withStroke(linewidth=2, foreground=tint)])
    text.set(x=x + gap if side == "left" else x - gap, horizontalalignment=side)
