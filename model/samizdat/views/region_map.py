"""The regions as a map: turnout (or beliefs), and what the state does in each of them."""

from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

from samizdat.figures.frame import THEME
from samizdat.regime.lever import Sign
from samizdat.run.simulation import Simulation
from samizdat.text.catalogue import plain
from samizdat.text.numbers import number
from samizdat.views.canvas import HEIGHT, WIDTH, BlitCanvas, Pixels
from samizdat.views.looks import FAINT, INK, LETTERS, SMALL, date_in_words, fitted
from samizdat.views.outlines import Outline, RegionMap
from samizdat.views.regions import (
    BLANK,
    BLOCKED,
    SHOWS,
    TICKS,
    RegionColours,
    RegionDay,
    all_signs,
    region_days,
)

OTHER = "0.97"  # colour of what is on the map and not in the scenario
MARGIN = 0.03  # of the map, around it
TOWN = 9.0  # points across: the mark of a small region


class MapView:
    """The regions, drawn by their outlines; small ones and towns have a round mark too."""

    def __init__(
        self,
        simulation: Simulation,
        region_map: RegionMap,
        width: int = WIDTH,
        height: int = HEIGHT,
        *,
        shows: str = "turnout",
    ) -> None:
        self.colours, self.regions = RegionColours(shows), simulation.scenario.region_names
        self.map, self.signs = region_map, all_signs()
        self.canvas = canvas = BlitCanvas(width, height)
        _, high = canvas.inches
        head, foot = 0.52 / high, 0.62 / high
        with mpl.rc_context(THEME):
            self.ax = ax = canvas.figure.add_axes((0.008, foot, 0.984, 1 - head - foot))
            ax.set_axis_off()
            left, right, south, north = region_map.bounds
            across, up = MARGIN * (right - left), MARGIN * (north - south)
            ax.set_xlim(left - across, right + across)
            ax.set_ylim(south - up, north + up)
            ax.set_aspect(1 / region_map.aspect)
            own = set(self.regions)
            for name, outline in region_map.outlines.items():
                if name not in own and outline.polygons:
                    ax.add_patch(_patch(outline, OTHER))
            self.fields: list[Artist] = []
            self.names: list[Text] = []
            self.doing: list[Text] = []
            moving: list[Artist] = []
            outlines = [region_map.outlines[name] for name in self.regions]
            for outline in outlines:  # small ones above large ones, which may hold them
                field: Artist
                if outline.polygons:
                    field = ax.add_patch(_patch(outline, BLANK))
                else:
                    field = _mark(ax, outline)
                field.set_zorder(2 if outline.polygons and not outline.small else 3)
                self.fields.append(field)
            self.marks = {r: _mark(ax, o) for r, o in enumerate(outlines) if o.small and o.polygons}
            for name, outline in zip(self.regions, outlines, strict=True):
                x, y = outline.point
                style: Any = {"ha": "center", "fontsize": SMALL, "color": INK, "zorder": 5}
                style |= {"parse_math": False, "clip_on": True}
                drop = 0.3 * (north - south) / 14 * (1.6 if outline.small else 1.0)
                self.names.append(ax.text(x, y + 0.3 * drop, plain(name), va="bottom", **style))
                self.doing.append(ax.text(x, y - 0.3 * drop, "", va="top", **style))
            for text in (*self.names, *self.doing):
                text.set_bbox({"facecolor": "white", "alpha": 0.6, "edgecolor": "none", "pad": 0.6})
            moving += [*sorted(self.fields, key=lambda each: each.get_zorder())]
            moving += [*self.marks.values(), *self.names, *self.doing]
            after = colour_key(canvas, self.colours)
            sign_key(canvas, self.signs, after)
            self._title, self._day = headings(canvas.figure, high)
        canvas.add_animated([*moving, self._title, self._day])
        self.update(simulation)

    @property
    def figure(self) -> Figure:
        """The picture, to be saved as any other."""
        return self.canvas.figure

    def update(self, simulation: Simulation) -> Figure:
        """Show the regions after the last step."""
        self.days = days = region_days(simulation, self.colours)
        with self.canvas.lock:
            for r, day in enumerate(days):
                field: Any = self.fields[r]
                field.set_facecolor(day.colour) if hasattr(field, "set_facecolor") else (
                    field.set_markerfacecolor(day.colour)
                )
                if r in self.marks:
                    self.marks[r].set_markerfacecolor(day.colour)
                glyphs = "".join(self.signs[signal].glyph for signal in day.signs)
                many = day.counts["mobilise"]
                shown = [number(many, "count") if many else "", glyphs]
                if self.colours.shows != "turnout" and simulation.step_number:
                    belief = day.fear if self.colours.shows == "fear" else day.trust
                    shown[0] = f"{belief:.2f}"
                self.doing[r].set_text(" ".join(each for each in shown if each))
            date, progress = date_in_words(simulation)
            self._title.set_text(date)
            words = progress + barred_somewhere(days)
            self._day.set_text(fitted(words, 0.99 * self.canvas.inches[0], LETTERS * 0.93))
        return self.figure

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        return self.canvas.png()

    def pixels(self) -> Pixels:
        """Return the picture as an image (height, width, 3)."""
        return self.canvas.pixels()


def _patch(outline: Outline, colour: Any) -> PathPatch:
    rings = [ring for polygon in outline.polygons for ring in polygon]
    path = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
    return PathPatch(path, facecolor=colour, edgecolor="white", linewidth=0.8)


def _mark(ax: Any, outline: Outline) -> Any:
    style: Any = {"marker": "o", "markersize": TOWN, "markeredgecolor": "0.3", "ls": "none"}
    return ax.plot(*([x] for x in outline.point), markeredgewidth=0.8, zorder=4, **style)[0]


def barred_somewhere(days: list[RegionDay]) -> str:
    """Return which platforms are barred anywhere, to follow the date; or nothing."""
    names = list(dict.fromkeys(name for day in days for name in day.platforms))
    return f" – blocked or banned somewhere: {', '.join(names)}" if names else ""


def headings(figure: Figure, high: float) -> tuple[Text, Text]:
    """Return the texts of the date, and of the line below it."""
    place: Any = {"va": "center", "parse_math": False}
    title = figure.text(0.012, 1 - 0.17 / high, "", fontsize=LETTERS + 3.5, weight="bold", **place)
    day = figure.text(0.012, 1 - 0.38 / high, "", fontsize=LETTERS, color=FAINT, **place)
    return title, day


def colour_key(canvas: BlitCanvas, colours: RegionColours) -> float:
    """Draw the colour scale; return where it ends, as a share of the width."""
    wide, high = canvas.inches
    long = min(0.4, 3.4 / wide)
    ax = canvas.figure.add_axes((0.02, 0.25 / high, long, 0.1 / high))
    over = isinstance(colours.scale, LogNorm)
    bar: Colorbar = canvas.figure.colorbar(
        mpl.cm.ScalarMappable(colours.scale, colours.map),
        cax=ax, orientation="horizontal", extend="max" if over else "neither", extendfrac=0.03,
    )  # fmt: skip
    ticks = TICKS[colours.shows]
    bar.ax.xaxis.set_major_locator(FixedLocator([value for value, _ in ticks]))
    bar.ax.xaxis.set_ticklabels([text.removesuffix(" and more") for _, text in ticks])
    bar.minorticks_off()
    ax.tick_params(labelsize=SMALL, length=2, pad=1.5)
    bar.outline.set_visible(False)
    ax.set_title(SHOWS[colours.shows].title, fontsize=SMALL + 0.5, loc="left", pad=2.5)
    return 0.02 + long + 0.25 / wide


def sign_key(canvas: BlitCanvas, signs: dict[str, Sign], first: float) -> None:
    """Write the legend of the signs, from a place on to the right."""
    figure, (wide, high) = canvas.figure, canvas.inches
    x, texts = first, []
    place: Any = {"va": "center", "weight": "bold"}
    for signal, (glyph, words, colour) in signs.items():
        words += " or banned" * (signal == BLOCKED)
        texts.append(figure.text(x, 0.31 / high, f"{glyph} {words}", color=colour, **place))
        texts[-1].set_fontsize(LETTERS)
        x = texts[-1].get_window_extent().x1 / figure.bbox.width + 0.12 / wide
    smaller = min(1.0, (1.0 - first) / (x - first))  # in a narrow picture
    for text in texts:
        text.set(x=first + smaller * (text.get_position()[0] - first))
        text.set_fontsize(smaller * LETTERS)
