"""The social graph: citizens, their ties, and the voices heard along them."""

import random
import textwrap
import weakref
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from samizdat.core.layout import POSTURES
from samizdat.figures.frame import COLOURS, THEME
from samizdat.run.simulation import Simulation
from samizdat.society.graph import Graph
from samizdat.text.catalogue import plain
from samizdat.views.canvas import HEIGHT, WIDTH, BlitCanvas, Pixels
from samizdat.views.cast import Cast, cast_of, fields_of
from samizdat.views.looks import FAINT, LOOKS, SMALL, LegendColumn
from samizdat.views.reading import (
    SampleState,
    SnowballSample,
    counts_of,
    sample_state,
    snowball_sample,
)
from samizdat.views.view import NamedView

HELP = (
    "Each mark is a citizen, each line a tie between two who can hear each other. Marks show what "
    "citizens do today; coloured lines show where a voice was heard. Of more than 2,000 citizens, "
    "those who act and some of their neighbours are drawn, each region in a square of its own. "
    "Click on a citizen to see why she acted as she did."
)
MOST = 2000  # citizens: more cannot be told apart
ROUNDS = 500  # of the layout; 0.4 s at 2,000 citizens
KIN = 2.5  # how much more a close tie draws together than one online
REACH = 0.02  # of the picture's width: the largest distance of a click from its citizen
PALE = 0.55  # share of white in the colour of a citizen offline
WHITE = np.ones(3)

Places = NDArray[np.float64]  # (n, 2), in 0 ... 1

_LayoutKey = tuple[int, int, int | None]  # citizens, seed, around
_layouts: "weakref.WeakKeyDictionary[Graph, dict[_LayoutKey, tuple[SnowballSample, Places]]]"
_layouts = weakref.WeakKeyDictionary()


def layout_of(
    graph: Graph, citizens: int = MOST, seed: int = 0, around: int | None = None
) -> tuple[SnowballSample, Places]:
    """Return a snowball sample and the place of each of its citizens; computed once.

    Raises
    ------
    ImportError
        In one line, where igraph is not installed.
    """
    try:
        import igraph
    except ImportError:
        raise ImportError(
            "the network is laid out by igraph: pip install 'samizdat[viz]'"
        ) from None
    layouts = _layouts.setdefault(graph, {})
    key = (citizens, seed, around)
    if key not in layouts:
        sample = snowball_sample(graph.ties, citizens, seed, around)
        n = len(sample.ids)
        drawn = igraph.Graph(n=n, edges=np.column_stack([sample.one, sample.other]).tolist())
        first = np.random.default_rng(seed).normal(size=(n, 2)) * np.sqrt(n)
        igraph.set_random_number_generator(random.Random(seed))
        try:
            places = drawn.layout_fruchterman_reingold(
                weights=np.where(sample.close, KIN, 1.0).tolist(),
                niter=ROUNDS,
                seed=first.tolist(),
                grid="grid" if n > 1000 else "nogrid",
            )
        finally:
            igraph.set_random_number_generator(random)
        layouts[key] = (sample, _spread(np.array(places.coords).reshape(-1, 2)))
    return layouts[key]


def _spread(places: NDArray[np.float64]) -> Places:
    """Scale places to 0 ... 1; crowded parts are spread out and outliers drawn in."""
    centred = places - places.mean(axis=0)
    far = np.hypot(*centred.T)
    # Where all stood evenly on a disc, the share of them within r would be r squared.
    even = np.sqrt((np.argsort(np.argsort(far, kind="stable")) + 0.5) / max(1, len(far)))
    own = np.minimum(1.0, far / max(1e-9, float(np.quantile(far, 0.98)))) if len(far) else far
    drawn = centred * ((own + even) / 2 / np.maximum(far, 1e-9))[:, None]
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    return np.asarray((drawn - low) / np.maximum(high - low, 1e-9))


class NetworkView:
    """A snowball sample of the social graph, drawn as marks and lines.

    Parameters
    ----------
    simulation
        Any simulation; `update` takes later states of the same graph.
    citizens, seed
        Largest number of citizens of a snowball sample that stays, and its random seed (default:
        all citizens, or of more than `MOST` those who act and their neighbours).
    around
        Citizen with whom the sample begins (default: a random one).
    """

    def __init__(
        self,
        simulation: Simulation,
        width: int = WIDTH,
        height: int = HEIGHT,
        *,
        citizens: int | None = None,
        seed: int = 0,
        around: int | None = None,
    ) -> None:
        # Of more than can be told apart, those who act are drawn, others on each day.
        self.cast: Cast | None = None
        self._acting = citizens is None and around is None and acts_only(simulation)
        wanted = min(citizens or MOST, MOST, simulation.scenario.citizens)
        self._start(simulation, None, wanted, seed, around)
        self.canvas = canvas = BlitCanvas(width, height)
        wide, _ = canvas.inches
        side = 2.15 / wide
        with mpl.rc_context(THEME):
            self.ax = ax = canvas.figure.add_axes((0.01, 0.015, 0.97 - side, 0.97))
            ax.set_axis_off()
            ax.set_xlim(-0.02, 1.02)
            ax.set_ylim(-0.02, 1.02)
            self.ties = [LineCollection([], colors=look) for look in ("0.91", "0.83")]
            for lines in self.ties:
                ax.add_collection(lines)
            if self._acting:
                _draw_fields(ax, simulation)
            self._draw_ties()
            # Many strokes as one line with gaps: drawn five times as fast as one by one.
            self.spoken = Line2D([], [], color=COLOURS[0], linewidth=0.6, alpha=0.55)
            self.from_street = Line2D([], [], color=COLOURS[3], linewidth=1.0, alpha=0.9)
            self.chosen_ties = Line2D([], [], color="0.1", linewidth=1.3)
            for line in (self.spoken, self.from_street, self.chosen_ties):
                ax.add_line(line)
            few = (2000 / max(200, len(self.sample.ids))) ** 0.25
            self.marks = {
                name: ax.scatter([], [], s=(few * look.size) ** 2, marker=look.marker, linewidths=0)
                for name, look in LOOKS.items()
            }
            for name in POSTURES[1:]:  # a white rim keeps neighbours apart
                self.marks[name].set(linewidths=0.5, edgecolors="white")
            ring: dict[str, Any] = {"linestyle": "none", "marker": "o", "fillstyle": "none"}
            self.near = Line2D([], [], color="0.1", markersize=9, markeredgewidth=0.9, **ring)
            self.ring = Line2D([], [], color="0.1", markersize=16, markeredgewidth=2.2, **ring)
            for circle in (self.near, self.ring):
                ax.add_line(circle)
            side_ax = canvas.figure.add_axes((1 - side, 0.02, side - 0.012, 0.96))
            self.column = self._explained(LegendColumn(side_ax, self._heading(simulation)))
        canvas.add_animated(
            [
                *(self.ties if self._acting else []),
                self.spoken,
                self.from_street,
                *self.marks.values(),
                self.chosen_ties,
                self.near,
                self.ring,
            ]
        )
        canvas.add_animated(self.column.animated)
        self.update(simulation)

    def _start(
        self,
        simulation: Simulation,
        chosen: int | None,
        wanted: int = MOST,
        seed: int = 0,
        around: int | None = None,
    ) -> None:
        """Find who is drawn, and where."""
        if self._acting:
            self.cast = cast_of(simulation, chosen)
            self.sample, self.places = self.cast.sample, self.cast.places
        else:
            self.sample, self.places = layout_of(simulation.graph, wanted, seed, around)
        self._place = {int(i): k for k, i in enumerate(self.sample.ids)}
        ends = [self.places[self.sample.one], self.places[self.sample.other]]
        self._ends = np.stack(ends, axis=1)

    def _draw_ties(self) -> None:
        thin = min(0.5, 60 / np.sqrt(max(1, len(self._ends))) * 0.5)
        kinds = (~self.sample.close, self.sample.close)
        for lines, kind in zip(self.ties, kinds, strict=True):
            lines.set_segments(list(self._ends[kind]))
            lines.set_linewidth(thin)

    def _heading(self, simulation: Simulation) -> str:
        n, every = len(self.sample.ids), simulation.scenario.citizens
        if self._acting:
            return f"Drawn of {every:,} citizens"
        return f"All {n:,} citizens" if n == every else f"{n:,} of {every:,} citizens"

    def _explained(self, column: LegendColumn) -> LegendColumn:
        pale: Any = {"markeredgewidth": 0, "markersize": 7}
        column.add_marker(
            "pale: not on the internet", marker="D", color=pale_colour("share"), **pale
        )
        column.add_line("tie", color="0.7", linewidth=0.8)
        column.add_line("a voice was heard\nalong it today", color=COLOURS[0], linewidth=1.6)
        column.add_line("of somebody in the street", color=COLOURS[3], linewidth=1.6)
        circle: Any = {"markersize": 9, "fillstyle": "none", "markeredgewidth": 1.8}
        column.add_marker("chosen, and her neighbours", marker="o", color="0.1", **circle)
        self.missing = column.ax.text(0, column.at + 0.05, "", fontsize=SMALL, color=FAINT)
        self.missing.set_verticalalignment("top")
        column.animated.append(self.missing)
        return column

    @property
    def figure(self) -> Figure:
        """The picture, to be saved as any other."""
        return self.canvas.figure

    def update(self, simulation: Simulation, chosen: int | None = None) -> Figure:
        """Show the citizens after the last step; the chosen one is ringed."""
        if self._acting:
            self._start(simulation, chosen)
        now = sample_state(simulation, self.sample)
        with self.canvas.lock:
            if self._acting:
                self._draw_ties()
            self._stroke(self.spoken, now.carried & ~now.street)
            self._stroke(self.from_street, now.street)
            for code, name in enumerate(POSTURES):
                those = np.flatnonzero(now.posture == code)
                self.marks[name].set_offsets(self.places[those])
                pale, full = pale_colour(name), LOOKS[name].colour
                colours = np.where(now.online[those, None], full, pale)
                self.marks[name].set_facecolors(colours)  # type: ignore[attr-defined]
            self._choose(chosen)
            self.column.show_day(simulation, counts_of(now.posture))
        self.now: SampleState = now
        return self.figure

    def _stroke(self, line: Line2D, ties: NDArray[np.bool_] | NDArray[np.intp]) -> None:
        """Draw these ties (a mask or their numbers) as one line with gaps."""
        ends = self._ends[ties]
        gaps = np.full((len(ends), 1, 2), np.nan)
        line.set_data(*np.concatenate([ends, gaps], axis=1).reshape(-1, 2).T)

    def _choose(self, chosen: int | None) -> None:
        place = None if chosen is None else self._place.get(chosen)
        missing = chosen is not None and place is None
        words = f"citizen {chosen:,} is not\namong those drawn" if missing else ""
        if self.cast is not None:
            words = textwrap.fill(self.cast.words, 30)
        self.missing.set_text(words)
        ties = np.zeros(0, np.intp)
        if place is not None:
            ties = np.flatnonzero((self.sample.one == place) | (self.sample.other == place))
        others = np.where(self.sample.one[ties] == place, self.sample.other[ties],
                          self.sample.one[ties])  # fmt: skip
        self._stroke(self.chosen_ties, ties)
        self.near.set_data(*self.places[others].T)
        self.ring.set_data(*self.places[[] if place is None else [place]].T)

    def citizen_at(self, x: float, y: float, _: Simulation | None = None, /) -> int | None:
        """Return the citizen nearest to a click, see `CitizenView.citizen_at`."""
        width, height = self.figure.canvas.get_width_height()
        pixels = self.ax.transData.transform(self.places)
        # Marks of the active are drawn over those of the silent, so they win where two are near.
        distance = np.hypot(pixels[:, 0] - x * width, pixels[:, 1] - (1.0 - y) * height)
        distance = distance - np.where(self.now.posture > 0, 2.0, 0.0)
        nearest = int(np.argmin(distance)) if len(distance) else -1
        if nearest < 0 or distance[nearest] > REACH * width:
            return None
        return int(self.sample.ids[nearest])

    def position_of(self, citizen: int) -> tuple[float, float] | None:
        """Return the place of a citizen, as `citizen_at` takes it; None if she is not drawn."""
        if citizen not in self._place:
            return None
        width, height = self.figure.canvas.get_width_height()
        x, y = self.ax.transData.transform(self.places[self._place[citizen]])
        return float(x / width), float(1.0 - y / height)

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        return self.canvas.png()

    def pixels(self) -> Pixels:
        """Return the picture as an image (height, width, 3)."""
        return self.canvas.pixels()


def acts_only(simulation: Simulation) -> bool:
    """Whether there are too many citizens to draw all: then those who act are drawn."""
    return bool(simulation.scenario.citizens > MOST)


def _draw_fields(ax: Axes, simulation: Simulation) -> None:
    """Draw the square of each region, with its name."""
    for name, left, foot, wide, high in fields_of(simulation):
        ax.add_patch(Rectangle((left, foot), wide, high, facecolor="0.975", edgecolor="0.9"))
        style: Any = {"fontsize": SMALL, "color": FAINT, "va": "top", "parse_math": False}
        ax.text(left, foot, plain(name), **style)


def pale_colour(name: str) -> NDArray[np.float64]:
    """Return the colour of a citizen who is not on the internet."""
    colour = np.array(LOOKS[name].colour)
    return np.asarray(colour + PALE * (WHITE - colour))


VIEW = NamedView("Citizens", HELP, NetworkView)
