"""The regions as equal tiles: turnout (or beliefs), and what the state does in each of them."""

import math
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, ListedColormap, LogNorm, Normalize, PowerNorm
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox, TransformedBbox

from samizdat.core.layout import POSTURES
from samizdat.core.quantity import format_value
from samizdat.figures.frame import PER, THEME, amount
from samizdat.regime.lever import Sign
from samizdat.regime.levers import LEVERS
from samizdat.regime.queries import look_of
from samizdat.run.simulation import Simulation
from samizdat.text.catalogue import plain, translated
from samizdat.views.canvas import HEIGHT, WIDTH, BlitCanvas, Pixels
from samizdat.views.looks import FAINT, INK, LETTERS, SMALL, date_in_words, fitted
from samizdat.views.reading import barred_platforms, rallies_on, region_measures, signals_of
from samizdat.views.view import NamedView

HELP = (
    "Each tile is a region; all tiles are equally large, so that small towns are visible. The "
    "colour shows turnout for each 100,000 residents (or mean fear or trust); signs show where a "
    "rally is on, and what the state does there today."
)

# A rough map of the country: west to the left, north above.
KAZAKHSTAN = (
    ("West Kazakhstan", "", "Kostanay", "North Kazakhstan", "Pavlodar"),
    ("Atyrau", "Aktobe", "Akmola", "Astana", "East Kazakhstan"),
    ("Mangystau", "", "Kyzylorda", "Karaganda", "Almaty Region"),
    ("Zhanaozen", "", "South Kazakhstan", "Zhambyl", "Almaty"),
)


class TileMeasure(NamedTuple):
    """The measure that colours a tile, its title and its colour map."""

    measure: str
    title: str
    colours: str


SHOWS = {
    "turnout": TileMeasure("mobilise", "In the street, per 100,000 residents (log)", "flare"),
    "fear": TileMeasure("fear", "Mean fear (0: none, 1: utmost)", "Purples"),
    "trust": TileMeasure("trust", "Mean trust in the state (0: none, 1: full)", "crest"),
}
RALLY, RALLY_GLYPH, RALLY_COLOUR = "rally", "⚑", "#00583f"  # the signal and the sign of a rally
BLOCKED = "blocked"  # the signal of blocking: its sign names the platforms, banned ones too
BLANK = (0.93, 0.93, 0.93, 1.0)  # nobody in the street
MOST_TURNOUT = 10_000  # per 100,000: more has the same colour
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


def places_of(regions: list[str]) -> list[tuple[int, int]]:
    """Return column and row of each region: from the map if the country is known, else in order."""
    known = {name: (x, y) for y, row in enumerate(KAZAKHSTAN) for x, name in enumerate(row) if name}
    if len(regions) > 1 and set(regions) <= set(known):
        found = [known[name] for name in regions]
        left, top = min(x for x, _ in found), min(y for _, y in found)
        return [(x - left, y - top) for x, y in found]
    wide = math.ceil(math.sqrt(len(regions)))
    return [(k % wide, k // wide) for k in range(len(regions))]


RGBA = tuple[float, float, float, float]


class TileContent(NamedTuple):
    """What a tile shows; it is painted again only when this changes."""

    colour: RGBA
    lines: tuple[str, ...]
    signs: dict[str, str]  # from the signal of a lever (or "rally") to the words beside its sign


def all_signs() -> dict[str, Sign]:
    """Return the sign of a rally, and of each lever that has one, by the signal of where it is."""
    looks = [look_of(name) for name in reversed(LEVERS)]
    rally = Sign(RALLY_GLYPH, translated("rally"), RALLY_COLOUR)
    return {RALLY: rally} | {look.signal: look.sign for look in looks if look.signal and look.sign}


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
        if shows not in SHOWS:
            raise ValueError(f"shows = {format_value(shows)}: one of {', '.join(SHOWS)}")
        self.shows, self.regions = SHOWS[shows], simulation.scenario.region_names
        self._signs = all_signs()
        self.canvas = canvas = BlitCanvas(width, height)
        self._sizes = np.asarray(simulation.sizes)
        self._colours = _colours_of(shows)
        self._scale = _scale_of(shows, int(self._sizes.max()))
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
            self._key()
            self._title, self._day = _headings(canvas.figure, high)
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

    def _key(self) -> None:
        """Add the legend of colours and signs."""
        figure, (wide, high) = self.canvas.figure, self.canvas.inches
        long = min(0.4, 3.4 / wide)
        ax = figure.add_axes((0.02, 0.25 / high, long, 0.1 / high))
        over = isinstance(self._scale, LogNorm)
        bar: Colorbar = figure.colorbar(
            mpl.cm.ScalarMappable(self._scale, self._colours),
            cax=ax,
            orientation="horizontal",
            extend="max" if over else "neither",
            extendfrac=0.03,
        )
        ax.tick_params(labelsize=SMALL, length=2, pad=1.5)
        bar.outline.set_visible(False)
        if over:
            bar.formatter = FuncFormatter(amount)
            bar.minorticks_off()
            bar.update_ticks()
        ax.set_title(self.shows.title, fontsize=SMALL + 0.5, loc="left", pad=2.5)
        x = first = 0.02 + long + 0.25 / wide
        texts: list[Text] = []
        place: Any = {"va": "center", "weight": "bold"}
        for signal, (glyph, words, colour) in self._signs.items():
            words += " or banned" * (signal == BLOCKED)
            texts.append(figure.text(x, 0.31 / high, f"{glyph} {words}", color=colour, **place))
            texts[-1].set_fontsize(LETTERS)
            x = texts[-1].get_window_extent().x1 / figure.bbox.width + 0.12 / wide
        smaller = min(1.0, (1.0 - first) / (x - first))  # in a narrow picture
        for text in texts:
            text.set(x=first + smaller * (text.get_position()[0] - first))
            text.set_fontsize(smaller * LETTERS)

    @property
    def figure(self) -> Figure:
        """The picture, to be saved as any other."""
        return self.canvas.figure

    def update(self, simulation: Simulation) -> Figure:
        """Show the regions after the last step."""
        signals = signals_of(simulation)
        at = {signal: signals[signal] > 0 for signal in self._signs}
        at[RALLY] = rallies_on(simulation, signals)
        blocked = barred_platforms(simulation, signals)
        names = ("mobilise", "share", "self_censor", "detained", "fear", "trust")
        values = {name: region_measures(simulation, name) for name in names}
        begun = simulation.step_number > 0
        with self.canvas.lock:
            self._show_heading(simulation, blocked)
            changed: list[Artist] = []
            for r, tile in enumerate(self.tiles):
                colour: RGBA = BLANK
                lines: tuple[str, ...] = ()
                if begun:
                    own = {name: float(column[r]) for name, column in values.items()}
                    colour, lines = self._region_content(own, int(self._sizes[r]))
                signs = {
                    signal: sign.words * bool(at[signal][r]) for signal, sign in self._signs.items()
                }
                signs[BLOCKED] = self._listed([plain(name) for name in blocked[r]])
                content = TileContent(colour, lines, signs)
                if content != self.contents[r]:
                    self.contents[r] = content
                    changed += self._show(tile, content)
            if changed:
                self.canvas.paint_onto_background(changed)
        return self.figure

    def _region_content(self, own: dict[str, float], size: int) -> tuple[RGBA, tuple[str, ...]]:
        """Return colour and lines of a region with that many residents."""
        measure, value = self.shows.measure, own[self.shows.measure]
        many = own["mobilise"]
        lines = [f"{many:,.0f} {self._doings['mobilise']}" if many else self._nobody]
        roomy = self._rows >= ROOMY
        if roomy:
            others = [name for name in POSTURES[1:] if name != "mobilise"]
            lines += [f"{own[name]:,.0f} {self._doings[name]}" for name in others]
        if measure != "mobilise":
            belief = f"{measure} {value:.2f}"
            lines = [belief, *lines] if roomy else [belief]
            return self._colours(float(self._scale(value))), tuple(lines)
        if value == 0:
            return BLANK, tuple(lines)
        return self._colours(float(self._scale(PER * value / size))), tuple(lines)

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

    def _show_heading(self, simulation: Simulation, blocked: list[list[str]]) -> None:
        date, day = date_in_words(simulation)
        self._title.set_text(date)
        somewhere = list(dict.fromkeys(name for names in blocked for name in names))
        if somewhere:
            day += f" – blocked or banned somewhere: {plain(', '.join(somewhere))}"
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


def _headings(figure: Figure, high: float) -> tuple[Text, Text]:
    place: Any = {"va": "center", "parse_math": False}
    title = figure.text(0.012, 1 - 0.17 / high, "", fontsize=LETTERS + 3.5, weight="bold", **place)
    day = figure.text(0.012, 1 - 0.38 / high, "", fontsize=LETTERS, color=FAINT, **place)
    return title, day


def _colours_of(shows: str) -> Colormap:
    """Return the colour map, without colours too pale to differ from `BLANK`."""
    whole = sns.color_palette(SHOWS[shows].colours, as_cmap=True)
    return ListedColormap(whole(np.linspace(0.12 if shows == "fear" else 0.0, 1.0, 256)))


def _scale_of(shows: str, largest: int) -> Normalize:
    """Return the colour scale, fixed for the whole run so that days can be compared."""
    if shows == "fear":
        return PowerNorm(0.5, 0.0, 1.0)  # most values are near 0
    if shows == "trust":
        return Normalize(0.0, 1.0)
    one = 10.0 ** math.floor(math.log10(PER / largest))
    return LogNorm(min(one, MOST_TURNOUT / 10), MOST_TURNOUT)


VIEW = NamedView("Country", HELP, CountryView)
