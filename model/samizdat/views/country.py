"""The regions as equal tiles: turnout (or beliefs), and what the state does in each of them."""

from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox, TransformedBbox

from samizdat.core.layout import POSTURES
from samizdat.core.quantity import format_value
from samizdat.figures.frame import THEME
from samizdat.run.simulation import Simulation
from samizdat.text.catalogue import plain
from samizdat.views.canvas import HEIGHT, WIDTH, BlitCanvas, Pixels
from samizdat.views.looks import INK, LETTERS, SMALL, date_in_words, fitted
from samizdat.views.outlines import map_for
from samizdat.views.region_map import MapView, barred_somewhere, colour_key, headings, sign_key
from samizdat.views.regions import (
    BLOCKED,
    RGBA,
    SHOWS,
    RegionColours,
    RegionDay,
    all_signs,
    check_shows,
    places_of,
    region_days,
)
from samizdat.views.view import NamedView, View

HELP = (
    "Each region is coloured by the share of its residents who are in the street (or by mean fear "
    "or trust); up to two people have the palest colour. Signs show where a rally is on, and what "
    "the state does there today. Tiles are equally large, so that small towns are visible."
)

LAYOUTS = ("map", "tiles")
GAP = 0.03  # between tiles, as a share of one
TOP, SIGN = 1.1, 0.93  # letters of the first line and of signs, against the other lines
LEAST, MOST = 0.75, 1.5  # letters of a tile, against the usual
LINE = 0.175  # inches from line to line, in the usual letters
FIRST = 2.75  # of the lines: the middle of the first below a tile's head
STEP = 1.05  # lines from each to the next
ROOMY = 6  # lines below the head: a tile with room for them lists all postures
# Words behind the count of a posture; the shorter ones where there is less room.
DOINGS = {
    "mobilise": ("in the street", "in street", "out"),
    "self_censor": ("keep quiet out of fear", "quiet from fear", "afraid"),
    "share": ("speak out", "speak"),
    "detained": ("in detention", "detained", "held"),
}
NOBODY = ("nobody in the street", "nobody there", "nobody")


class TileContent(NamedTuple):
    """What a tile shows; it is painted again only when this changes."""

    colour: RGBA
    lines: tuple[str, ...]
    signs: dict[str, str]  # from the signal of a lever (or "rally") to the words beside its sign


class Tile(NamedTuple):
    """The artists of a region's tile: its coloured field, and the lines and signs on it."""

    field: Rectangle
    words: list[Text]
    signs: dict[str, Text]
    x: float  # where its lines begin
    ys: list[float]  # of its lines


class CountryView:
    """The regions, drawn as tiles.

    Parameters
    ----------
    shows
        What their colour shows: one of `SHOWS`.
    """

    def __init__(
        self,
        simulation: Simulation,
        width: int = WIDTH,
        height: int = HEIGHT,
        *,
        shows: str = "turnout",
    ) -> None:
        check_shows(shows)
        self.shows, self.regions = SHOWS[shows], simulation.scenario.region_names
        self._signs = all_signs()
        self.canvas = canvas = BlitCanvas(width, height)
        self._sizes = np.asarray(simulation.sizes)
        self._colours = RegionColours(shows)
        wide, high = canvas.inches
        with mpl.rc_context(THEME):
            head, foot = 0.52 / high, 0.62 / high
            self.ax = ax = canvas.figure.add_axes((0.008, foot, 0.984, 1 - head - foot))
            places = places_of(self.regions)
            columns, rows = 1 + max(x for x, _ in places), 1 + max(y for _, y in places)
            ax.set_xlim(0, columns)
            ax.set_ylim(rows, 0)
            ax.set_axis_off()
            self._across = 0.984 * wide / columns  # inches from tile to tile
            self._wide = self._across * (1 - 2 * GAP) - 0.1  # inches for words
            self._high = (1 - head - foot) * high / rows
            self._letters = min(MOST, max(LEAST, min(self._wide / 1.36, self._high / 1.2)))
            self._line = LINE * self._letters / self._high
            self._rows = max(1, 1 + int(((1 - GAP) / self._line - FIRST - 0.65) / STEP))
            self._doings, self._nobody = self._fitting_words()
            self.tiles = [self._tile(r, *place) for r, place in enumerate(places)]
            after = colour_key(canvas, self._colours)
            sign_key(canvas, self._signs, after)
            self._title, self._day = headings(canvas.figure, high)
        canvas.add_animated([self._title, self._day])
        self.contents: list[TileContent | None] = [None] * len(self.tiles)
        self.update(simulation)

    def _fitting_words(self) -> tuple[dict[str, str], str]:
        """Return the longest words that fit a line: for each posture, and for an empty street."""
        most = f"{self._sizes.max():,}"

        def first(forms: tuple[str, ...], before: str, size: float) -> str:
            fits = (each for each in forms if self._text_width(before + each, size) <= self._wide)
            return next(fits, forms[-1])

        doings = {
            name: first(forms, f"{most} ", TOP if name == "mobilise" else 1.0)
            for name, forms in DOINGS.items()
        }
        return doings, first(NOBODY, "", TOP)

    def _text_width(self, words: str, size: float = 1.0, weight: str = "normal") -> float:
        """Return the width of a line [inches]; its font size is relative to the default."""
        font = FontProperties(size=size * LETTERS * self._letters, weight=weight)
        renderer = self.canvas.renderer
        wide, _, _ = renderer.get_text_width_height_descent(words, font, ismath=False)
        return float(wide / self.canvas.figure.dpi)

    def _tile(self, r: int, x: int, y: int) -> Tile:
        """Draw a tile's head, with name and population; make the artists of its field."""
        left, top, wide = x + GAP / 2, y + GAP / 2, 1 - GAP
        head = 2.05 * self._line
        self.ax.add_patch(Rectangle((left, top), wide, head, facecolor="0.84", linewidth=0))
        inset = left + 0.07 / self._wide

        def text(line: float, words: str, size: float = LETTERS, **look: Any) -> Text:
            style: Any = {"fontsize": size * self._letters, "va": "center", "color": INK, **look}
            place = inset, top + line * self._line
            return self.ax.text(*place, words, parse_math=False, clip_on=False, **style)

        name = fitted(plain(self.regions[r]), self._wide, 1.08 * LETTERS * self._letters)
        text(0.62, name, weight="bold")
        text(1.5, f"{self._sizes[r]:,} citizens", SMALL)
        field = Rectangle((left, top + head), wide, 1 - GAP - head, linewidth=0)
        words = [text(FIRST, "", TOP * LETTERS), *(text(0, "") for _ in POSTURES)]
        signs = {
            signal: text(0, "", SIGN * LETTERS, weight="bold", color=sign.colour)
            for signal, sign in self._signs.items()
        }
        for sign in signs.values():
            sign.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.0})
        self.ax.add_patch(field)
        box = Bbox.from_extents(left, top + head, left + wide, top + 1 - GAP)
        within = TransformedBbox(box, self.ax.transData)
        for each in (*words, *signs.values()):
            each.set(clip_on=True, clip_box=within)  # so that it never paints outside the field
        for artist in (field, *words, *signs.values()):
            artist.set_animated(True)  # `update` paints them
        ys = [top + (FIRST + STEP * k) * self._line for k in range(self._rows)]
        return Tile(field, words, signs, inset, ys)

    @property
    def figure(self) -> Figure:
        """The picture, to be saved as any other."""
        return self.canvas.figure

    def update(self, simulation: Simulation) -> Figure:
        """Show the regions after the last step."""
        days = region_days(simulation, self._colours)
        begun = simulation.step_number > 0
        with self.canvas.lock:
            self._show_heading(simulation, days)
            changed: list[Artist] = []
            for r, (tile, day) in enumerate(zip(self.tiles, days, strict=True)):
                signs = {signal: day.signs.get(signal, "") for signal in self._signs}
                signs[BLOCKED] = self._listed(list(day.platforms))
                content = TileContent(day.colour, self._lines_of(day) if begun else (), signs)
                if content != self.contents[r]:
                    self.contents[r] = content
                    changed += self._show(tile, content)
            if changed:
                self.canvas.paint_onto_background(changed)
        return self.figure

    def _lines_of(self, day: RegionDay) -> tuple[str, ...]:
        """Return the lines of a region's tile."""
        many = day.counts["mobilise"]
        lines = [f"{many:,} {self._doings['mobilise']}" if many else self._nobody]
        roomy = self._rows >= ROOMY
        if roomy:
            others = [name for name in POSTURES[1:] if name != "mobilise"]
            lines += [f"{day.counts[name]:,} {self._doings[name]}" for name in others]
        measure = self.shows.measure
        if measure != "mobilise":
            belief = f"{measure} {day.fear if measure == 'fear' else day.trust:.2f}"
            lines = [belief, *lines] if roomy else [belief]
        return tuple(lines)

    def _show(self, tile: Tile, content: TileContent) -> list[Artist]:
        """Set a tile's field, words and signs; return the artists to paint."""
        tile.field.set_facecolor(content.colour)
        light = float(np.dot(content.colour[:3], (0.30, 0.59, 0.11)))
        painted: list[Artist] = [tile.field]
        for text in (*tile.words, *tile.signs.values()):
            text.set_text("")
        shown_signs = {signal: words for signal, words in content.signs.items() if words}
        beside = len(content.lines) + len(shown_signs) > self._rows  # glyphs share a line
        lines = content.lines[: self._rows - beside]
        ink = "white" if light < 0.5 else INK
        for text, words, y in zip(tile.words, lines, tile.ys, strict=False):
            text.set(text=words, y=y, color=ink)
            painted.append(text)
        for k, (signal, words) in enumerate(shown_signs.items()):
            glyph, text = self._signs[signal].glyph, tile.signs[signal]
            text.set_text(glyph if beside else f"{glyph} {words}")
            text.set_y(tile.ys[len(lines) + k * (not beside)])
            text.set_x(tile.x + k * beside * 0.22 * self._letters / self._across)
            painted.append(text)
        return painted

    def _listed(self, names: list[str]) -> str:
        """Return the names of platforms if they fit a line, else their number."""
        words, glyph = ", ".join(names), self._signs[BLOCKED].glyph
        if not names or self._text_width(f"{glyph} {words}", SIGN, "bold") <= self._wide:
            return words
        if len(names) > 1:
            return f"{len(names)} platforms"
        return fitted(words, 0.8 * self._wide, SIGN * LETTERS * self._letters)

    def _show_heading(self, simulation: Simulation, days: list[RegionDay]) -> None:
        date, day = date_in_words(simulation)
        self._title.set_text(date)
        day += barred_somewhere(days)
        self._day.set_text(fitted(day, 0.99 * self.canvas.inches[0], LETTERS * 0.93))

    def region_at(self, x: float, y: float) -> str | None:
        """Return the region at a place, or None; x and y as in `NetworkView.citizen_at`."""
        width, height = self.figure.canvas.get_width_height()
        place = self.ax.transData.inverted().transform((x * width, (1.0 - y) * height))
        for name, (left, top) in zip(self.regions, places_of(self.regions), strict=True):
            if 0 <= place[0] - left < 1 and 0 <= place[1] - top < 1:
                return name
        return None

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        return self.canvas.png()

    def pixels(self) -> Pixels:
        """Return the picture as an image (height, width, 3)."""
        return self.canvas.pixels()


def country_view(
    simulation: Simulation,
    width: int = WIDTH,
    height: int = HEIGHT,
    *,
    shows: str = "turnout",
    layout: str = "map",
    scenario_file: str | Path | None = None,
) -> View:
    """Return the country as a map where there is one, else (or if asked for) as tiles.

    Parameters
    ----------
    shows
        What the colour shows: one of `SHOWS`.
    layout
        One of `LAYOUTS`.
    scenario_file
        As `outlines.map_for` takes it.

    Raises
    ------
    ValueError
        If a choice is not among those, or the map beside the scenario's file is broken.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout = {format_value(layout)}: one of {', '.join(LAYOUTS)}")
    region_map = map_for(simulation.scenario.region_names, scenario_file)
    if region_map is None or layout == "tiles":
        return CountryView(simulation, width, height, shows=shows)
    return MapView(simulation, region_map, width, height, shows=shows)


VIEW = NamedView("Country", HELP, country_view)
