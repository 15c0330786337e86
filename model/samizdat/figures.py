"""Figures of one run, drawn from tidy tables only.

Nothing here knows the simulation: a table read back from a file gives the same picture. Every
function draws on the axes it is given, or on a new figure without a display, and returns the axes.
The theme holds only while a figure is drawn; importing this module changes no setting.

`nation` has one row a step: `date`, counts of the five postures, `posts`, means of the beliefs;
`regions` one row a step and `region`; `bands` what the world and the regime did: `kind`, `name`,
`region`, `start` and `end` (inclusive; missing: until the end of the run).
"""

import math
import os
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import matplotlib.dates
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

__all__ = ["actions", "beliefs", "overview", "postures", "save_all", "turnout_map"]

mdates: Any = matplotlib.dates  # has no annotations
Days = NDArray[np.float64]  # dates as matplotlib counts them
Colour = str | tuple[float, float, float]
Table = pd.DataFrame

COLOURS: list[tuple[float, float, float]] = list(sns.color_palette("colorblind"))
# DejaVu ships with matplotlib, so that text has the same width on every machine.
THEME = {
    **sns.plotting_context("paper"),
    **sns.axes_style("ticks"),
    "font.sans-serif": ["DejaVu Sans"],
    "axes.spines.top": False,
    "axes.spines.right": False,
}

POSTURES: dict[str, tuple[str, Colour]] = {
    "self_censor": ("self-censoring", COLOURS[4]),
    "share": ("sharing", COLOURS[0]),
    "detained": ("detained", "0.15"),
    "mobilise": ("mobilised", COLOURS[3]),
}
BELIEFS: dict[str, tuple[str, Colour]] = {
    "grievance": ("grievance", COLOURS[1]),
    "trust": ("trust", COLOURS[2]),
    "fear": ("fear", COLOURS[9]),
}
COUNTED = ["silent", "self_censor", "share", "mobilise", "detained"]
# Lanes from top to bottom: what happens to the state first, then what the state does.
LANES: dict[str, tuple[str, Colour]] = {
    "event": ("events", COLOURS[1]),
    "account": ("rival accounts", COLOURS[5]),
    "signal": ("signals from abroad", COLOURS[9]),
    "setting": ("law and policy", COLOURS[7]),
    "ban": ("bans", COLOURS[4]),
    "blocking": ("blocking", COLOURS[0]),
    "blackout": ("blackouts", "0.4"),
    "arrests": ("arrests", COLOURS[2]),
    "preempt": ("pre-emptive arrests", COLOURS[2]),
    "violence": ("violence", COLOURS[3]),
    "concession": ("concessions", COLOURS[8]),
}

PER = 100_000
WIDTH, PAGE, DPI = 8.27, 11.69, 150  # A4 in inches
TEXT = 7.5  # points
ROWS_AT_MOST = 40
COLUMNS_AT_MOST = 600  # days narrower than a pixel would hide a protest of one day


class Row(NamedTuple):
    """One line of the chart of actions: a text and the days on which it held."""

    kind: str
    text: str
    spans: list[tuple[float, float]]


def postures(nation: Table, *, ax: Axes | None = None) -> Axes:
    """Citizens who censor themselves, share, mobilise or are detained, per 100,000.

    The scale is logarithmic, because real turnout is a matter of 1e-5 to 1e-3 of a country, and
    linear below one citizen, so that nobody is drawn too, at 0.
    """
    with mpl.rc_context(THEME):
        days = _days(nation["date"])
        ax = _axes(ax, 2.4)
        one = PER / max(1, int(nation[COUNTED].sum(axis=1).max()))
        ax.set_yscale("symlog", linthresh=one, linscale=0.7)
        if "posts" in nation:  # broad and pale, to be seen beside the line that it nearly equals
            line: Any = {"color": "0.72", "lw": 2.2, "markersize": 2.2, "markeredgewidth": 0}
            ax.plot(days, nation["posts"] * one, "o-", label="posting", **line)
        _lines(ax, days, nation[list(POSTURES)] * one, POSTURES)
        most = one * max(1, int(nation.filter([*POSTURES, "posts"]).to_numpy().max()))
        low = math.ceil(math.log10(one))
        high = max(low + 1, math.ceil(math.log10(most)))
        decades = range(low, high + 1, 1 + (high - low) // 7)
        ax.set_ylim(-one / 5, 1.3 * 10.0**high)
        ax.yaxis.set_major_locator(FixedLocator([0.0, *(10.0**k for k in decades)]))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(FuncFormatter(_amount))
        ax.set_ylabel("Citizens per 100,000\n(log; linear below one citizen)")
    return ax


def beliefs(nation: Table, *, ax: Axes | None = None) -> Axes:
    """Mean grievance, trust and fear of all citizens, each between 0 and 1."""
    with mpl.rc_context(THEME):
        ax = _axes(ax, 1.8)
        _lines(ax, _days(nation["date"]), nation[list(BELIEFS)].astype(float), BELIEFS)
        ax.set_ylim(-0.02, 1.02)
        ax.set_ylabel("Mean of all citizens\n(0 to 1)")
    return ax


def turnout_map(regions: Table, *, ax: Axes | None = None) -> Axes:
    """Who mobilised, region by region: rows are regions, colour is per 100,000 inhabitants.

    Over long runs a column stands for several days and shows the highest of them.
    """
    with mpl.rc_context(THEME):
        days = np.unique(_days(regions["date"]))
        turnout = _turnout(regions)
        names = [_shorten(name, 26) for name in turnout.index]
        ax = _axes(ax, _height(len(names)))
        half = _spacing(days) / 2
        together = math.ceil(len(days) / COLUMNS_AT_MOST)
        firsts = np.arange(0, len(days), together)
        values = np.maximum.reduceat(turnout.to_numpy(), firsts, axis=1)
        mesh = ax.pcolormesh(
            np.append(days[firsts], days[-1] + 2 * half) - half,
            np.arange(len(names) + 1) - 0.5,
            np.ma.masked_less_equal(values, 0),
            cmap=sns.color_palette("flare", as_cmap=True),
            norm=_decades(values, PER / max(1, int(regions[COUNTED].sum(axis=1).max()))),
        )
        label = "Mobilised per 100,000 inhabitants (log; blank: nobody)"
        label += f"; highest of {together} steps" if together > 1 else ""
        place: Any = {"location": "top", "shrink": 0.55, "aspect": 45, "anchor": (0, 0)}
        bar = ax.figure.colorbar(mesh, ax=ax, pad=0.05, **place)
        bar.set_label(label, fontsize=TEXT, loc="left")
        bar.ax.tick_params(labelsize=TEXT)
        bar.formatter = FuncFormatter(_amount)
        bar.update_ticks()
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.set_ylabel("Region")
        _time(ax, days)
        size, every = _row_text(ax, len(names))
        ax.set_yticks(range(0, len(names), every), names[::every], fontsize=size, parse_math=False)
        ax.tick_params(axis="y", length=0)
    return ax


def actions(bands: Table, nation: Table, *, ax: Axes | None = None) -> Axes:
    """Bands of what the world and the regime did: a lane a kind, a row a name.

    What has the same name and region shares a row; where these are too many for a page, the lanes
    with most rows are drawn by name alone, then in one row. A text stands on its bar where it fits,
    else beside it, and is cut where nothing fits.
    """
    with mpl.rc_context(THEME):
        days = _days(nation["date"])
        rows = _rows(bands, days)
        ax = _axes(ax, _height(len(rows)))
        ax.set_ylabel("Event or lever")
        ax.set_ylim(max(1, len(rows)) - 0.5, -0.5)
        _time(ax, days)
        if not rows:
            ax.set_yticks([])
            ax.text(0.5, 0.5, "no dated events", transform=ax.transAxes, ha="center", va="center")
            return ax
        kinds = [row.kind for row in rows]
        lanes = list(dict.fromkeys(kinds))
        centres = [kinds.index(kind) + (kinds.count(kind) - 1) / 2 for kind in lanes]
        ax.set_yticks(centres, [_lane(kind)[0] for kind in lanes], parse_math=False)
        ax.tick_params(axis="y", length=0, labelsize=TEXT)
        ax.hlines([kinds.index(kind) - 0.5 for kind in lanes[1:]], *ax.get_xlim(), "0.85", lw=0.6)
        size, _ = _row_text(ax, len(rows))
        for y, row in enumerate(rows):
            colour = _lane(row.kind)[1]
            bars = [(start, end - start) for start, end in row.spans]
            tint = [0.55 + 0.45 * part for part in mpl.colors.to_rgb(colour)]
            ax.broken_barh(bars, (y - 0.38, 0.76), color=tint, linewidth=0)
            # A day in twelve years is narrower than a pixel: the stroke shows it.
            ax.vlines([start for start, _ in bars], y - 0.38, y + 0.38, colour, linewidth=1.2)
            _write(ax, y, row, size)
    return ax


def overview(nation: Table, regions: Table, bands: Table, title: str, caption: str) -> Figure:
    """One page: postures, beliefs, the map of turnout (of more than one region) and the actions."""
    places, rows = regions["region"].nunique(), len(_rows(bands, _days(nation["date"])))
    panels: list[tuple[float, Callable[..., Axes], list[Table]]] = [
        (2.2, postures, [nation]),
        (1.3, beliefs, [nation]),
        (_height(places), turnout_map, [regions]),
        (_height(rows), actions, [bands, nation]),  # last: it measures the room that they leave
    ]
    panels = [panel for panel in panels if places > 1 or panel[1] is not turnout_map]
    heights = [height for height, _, _ in panels]
    with mpl.rc_context(THEME):
        figure = _figure(min(PAGE, sum(heights) + 0.4 * len(panels) + 1.0))
        ratios = {"height_ratios": heights}
        grid = figure.subplots(len(panels), sharex=True, squeeze=False, gridspec_kw=ratios)
        _inscribe(grid[0, 0], title, caption)
        for ax, (_, draw, tables) in zip(grid[:, 0], panels, strict=True):
            draw(*tables, ax=ax)
            ax.label_outer()
        figure.align_ylabels(grid[:, 0])
    return figure


def save_all(
    nation: Table, regions: Table, bands: Table, folder: str | Path, *, title: str, caption: str
) -> list[Path]:
    """Write the overview and each of its panels as PNG; a file is there whole or not at all."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    figures = {
        "overview": overview(nation, regions, bands, title, caption),
        "postures": _inscribe(postures(nation), title, caption),
        "beliefs": _inscribe(beliefs(nation), title, caption),
        "actions": _inscribe(actions(bands, nation), title, caption),
        "turnout": _inscribe(turnout_map(regions), title, caption),
    }
    return [_save(figure, Path(folder) / f"{name}.png") for name, figure in figures.items()]


def _axes(ax: Axes | None, height: float) -> Axes:
    """Return the axes given, or new ones about that many inches high."""
    return _figure(height + 1.4).subplots() if ax is None else ax


def _figure(height: float) -> Figure:
    return Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")


def _inscribe(panel: Axes, title: str, caption: str) -> Figure:
    """Put title and caption on the page of the panel."""
    figure: Figure = panel.figure.canvas.figure  # past subfigures
    with mpl.rc_context(THEME):
        place = {"x": 0.01, "ha": "left", "parse_math": False}
        figure.suptitle(textwrap.fill(title, 80), fontsize=11, weight="bold", **place)
        figure.supxlabel(textwrap.fill(caption, 150), fontsize=6.5, color="0.3", **place)
    return figure


def _save(figure: Figure, path: Path) -> Path:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with mpl.rc_context(THEME):
            figure.savefig(unfinished, format="png", dpi=DPI)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _days(dates: pd.Series) -> Days:
    if dates.empty:
        raise ValueError("the table has no rows: there is no day to draw")
    return np.asarray(mdates.date2num(pd.to_datetime(dates).to_numpy()), dtype=np.float64)


def _spacing(days: Days) -> float:
    """Days from one row to the next: 1, or the length of a step."""
    return float(np.diff(days).min()) if len(days) > 1 else 1.0


def _time(ax: Axes, days: Days) -> None:
    half = _spacing(days) / 2
    ax.set_xlim(days[0] - half, days[-1] + half)
    ax.xaxis_date()
    locator, form = mdates.DayLocator(), mdates.DateFormatter("%d %b\n%Y")
    if days[-1] - days[0] >= 7:  # below that the automatic locator would name hours
        locator = mdates.AutoDateLocator(minticks=4, maxticks=14)
        form = mdates.ConciseDateFormatter(locator)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(form)
    ax.set_xlabel("Date")


def _lines(ax: Axes, days: Days, values: Table, shown: dict[str, tuple[str, Colour]]) -> None:
    """Draw one line a column, raw: a protest lasts a day, and smoothing would hide it."""
    labels = {column: label for column, (label, _) in shown.items()}
    tidy = values.rename(columns=labels).assign(day=days).melt("day", var_name="line")
    raw: Any = {"estimator": None, "errorbar": None, "marker": "o" if len(days) == 1 else None}
    raw["linewidth"] = 1.5 if len(days) <= 400 else 0.7
    sns.lineplot(tidy, x="day", y="value", hue="line", palette=dict(shown.values()), ax=ax, **raw)
    # Above the axes nothing can run under the key.
    spare: Any = {"fontsize": TEXT, "handlelength": 1.5, "columnspacing": 1.2, "frameon": False}
    key = ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=9, borderaxespad=0.2, **spare)
    for handle in key.get_lines():
        handle.set_linewidth(2.0)
    ax.grid(axis="y", color="0.9", linewidth=0.6)
    ax.set_axisbelow(True)
    _time(ax, days)


def _turnout(regions: Table) -> Table:
    """Mobilised per 100,000 inhabitants: a row a region, in the table's order; a column a date."""
    share = PER * regions["mobilise"] / regions[COUNTED].sum(axis=1).clip(lower=1)
    tidy = regions[["region", "date"]].assign(region=regions["region"].astype(str), share=share)
    wide = tidy.pivot(index="region", columns="date", values="share")
    return wide.reindex(tidy["region"].unique()).fillna(0.0)


def _decades(values: NDArray[np.float64], one: float) -> LogNorm:
    some = np.append(values[values > 0], one)
    bottom = math.floor(math.log10(some.min()))
    return LogNorm(10.0**bottom, 10.0 ** max(bottom + 1, math.ceil(math.log10(some.max()))))


def _height(rows: int) -> float:
    return 0.17 * max(6, rows)


def _row_text(ax: Axes, rows: int) -> tuple[float, int]:
    """Points of a text that fits a row, and of how many rows only one can be named."""
    if (layout := ax.figure.get_layout_engine()) is not None:
        layout.execute(ax.figure.canvas.figure)  # labels and keys take room from the axes
    height = 72 * ax.get_window_extent().height / ax.figure.dpi / rows
    return min(TEXT, max(4.5, 0.72 * height)), max(1, math.ceil(5 / height))


def _lane(kind: str) -> tuple[str, Colour]:
    return LANES.get(kind, (kind.replace("_", " "), COLOURS[6]))


def _rows(bands: Table, days: Days) -> list[Row]:
    """Rows of the chart: lanes in order, in a lane by date; at most what a page can name."""
    if bands.empty:
        return []
    half = _spacing(days) / 2
    first, last = days[0] - half, days[-1] + half
    start = np.nan_to_num(_days(bands["start"]) - half, nan=first).clip(min=first)
    end = np.nan_to_num(_days(bands["end"]) + half, nan=last).clip(max=last)
    seen = bands.fillna({"region": "nation"}).astype({"kind": str, "name": str, "region": str})
    seen = seen.assign(start=start, end=end)[start < end].sort_values("start", kind="stable")
    kinds = sorted(seen["kind"].unique(), key=[*LANES, *seen["kind"]].index)
    lanes = {kind: _lane_rows(seen[seen["kind"] == kind], ["name", "region"]) for kind in kinds}
    for columns in (["name"], ["kind"]):
        for kind in sorted(kinds, key=lambda kind: -len(lanes[kind])):
            if sum(map(len, lanes.values())) > ROWS_AT_MOST:
                lanes[kind] = _lane_rows(seen[seen["kind"] == kind], columns)
    return [row for kind in kinds for row in lanes[kind]]


def _lane_rows(lane: Table, columns: list[str]) -> list[Row]:
    """Rows of one lane: entries that agree in the columns share a row."""
    rows = []
    for _, same in lane.groupby(columns, sort=False):
        names, places = same["name"].unique(), same["region"].unique()
        text = names[0] if len(names) == 1 else f"{len(same)} dated entries"
        if "nation" not in places:
            text += " – " + (", ".join(places) if len(places) < 4 else f"{len(places)} regions")
        spans = list(zip(same["start"], same["end"], strict=True))
        rows.append(Row(same["kind"].iloc[0], text, spans))
    return rows


def _write(ax: Axes, y: float, row: Row, size: float) -> None:
    """Write a row's text on its bar, right or left of it: where it fits first, else the widest."""
    left, right = ax.get_xlim()
    gap = (right - left) / 120
    start, end = row.spans[0][0], max(end for _, end in row.spans)
    on, after = (end - start, start, "left"), (right - end, end, "left")
    rooms = [on, after, (start - left, start, "right")]
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
        text.set_text(_shorten(row.text, kept))
    text.set(x=x + gap if side == "left" else x - gap, horizontalalignment=side)


def _shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip(" ,(") + "…"


def _amount(value: float, _position: int | None = None) -> str:
    return f"{value:,.10g}"
