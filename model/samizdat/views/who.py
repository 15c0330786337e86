"""Who does what: every citizen by trust in the state and grievance."""

from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from samizdat.core.layout import POSTURES
from samizdat.figures.frame import THEME
from samizdat.run.simulation import Simulation
from samizdat.views.canvas import HEIGHT, WIDTH, BlitCanvas, Pixels
from samizdat.views.looks import FAINT, LOOKS, SMALL, LegendColumn
from samizdat.views.view import NamedView

HELP = (
    "Each citizen is placed by beliefs: trust in the state from left to right, grievance from "
    "bottom to top. Darker grey means more citizens; colours show those who are not silent. The "
    "curves along the sides show the distribution of each group, each on its own scale."
)
LOOKED_AT = 1_000_000  # citizens: above this, only every second, third ... silent one is counted
MARKED = 500  # citizens of a posture: more are drawn as coloured cells, not as marks
SPREAD = 20  # citizens of a posture: of fewer no curve is drawn
FINEST = 160  # cells across
PALEST, DARKEST = 0.97, 0.58  # grey of a cell with one citizen, and with most
CONTOURS = (0.1, 0.2, 0.4, 0.7)  # of opposition: grievance (1 - trust)
NEAR = 0.025  # of the picture's width: the largest distance of a click from its citizen


class BeliefDensity(NamedTuple):
    """Citizens counted by cell of trust and grievance."""

    silent: NDArray[np.float64]  # (cells, cells): rows of grievance, columns of trust
    acting: NDArray[np.float64]  # (4, cells, cells): the other postures
    active: NDArray[np.int64]  # who is not silent


def density_of(simulation: Simulation, cells: int) -> BeliefDensity:
    """Count citizens by trust and grievance: a sample of the silent, all of the others."""
    state = simulation.state
    posture, trust, grievance = state["posture"], state["trust"], state["grievance"]
    stride = max(1, len(posture) // LOOKED_AT)
    active = np.flatnonzero(posture)
    sampled = slice(None, None, stride)
    place = _cell(trust[sampled], grievance[sampled], cells)
    silent = stride * np.bincount(place, posture[sampled] == 0, minlength=cells * cells)
    place = _cell(trust[active], grievance[active], cells)
    place += (posture[active].astype(np.intp) - 1) * (cells * cells)
    acting = np.bincount(place, minlength=4 * cells * cells)
    shape = (cells, cells)
    counted = np.asarray(silent, np.float64).reshape(shape)
    return BeliefDensity(counted, acting.reshape(4, *shape).astype(np.float64), active)


def _cell(
    trust: NDArray[np.float32], grievance: NDArray[np.float32], cells: int
) -> NDArray[np.intp]:
    last = np.float32(cells - 1)
    place = np.minimum(grievance * np.float32(cells), last).astype(np.intp) * cells
    place += np.minimum(trust * np.float32(cells), last).astype(np.intp)
    return np.asarray(place, np.intp)


class WhoView:
    """Beliefs and postures of all citizens, drawn as cells of a grid."""

    def __init__(self, simulation: Simulation, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.canvas = canvas = BlitCanvas(width, height)
        wide, high = canvas.inches
        citizens = simulation.scenario.citizens
        self.cells = cells_across(simulation)
        left, foot, strip, side = 0.62 / wide, 0.52 / high, 0.55, 2.25 / wide
        across, up = 1 - left - side - (strip + 0.15) / wide, 1 - foot - (strip + 0.12) / high
        with mpl.rc_context(THEME):
            self.ax = ax = canvas.figure.add_axes((left, foot, across, up))
            beside = canvas.figure.add_axes((left + across, foot, strip / wide, up), sharey=ax)
            above = canvas.figure.add_axes((left, foot + up, across, strip / high), sharex=ax)
            blank = np.full((self.cells, self.cells, 3), 255, np.uint8)
            self.image = ax.imshow(
                blank, origin="lower", extent=(0, 1, 0, 1), aspect="auto", interpolation="nearest"
            )
            ax.set_xlim(0, 1)
            ax.set_ylim(0, 1)
            ticks = np.linspace(0, 1, 6)
            ax.set_xticks(ticks, ["0 none", *(f"{t:.1f}" for t in ticks[1:-1]), "1 full"])
            ax.set_yticks(ticks, ["0", *(f"{t:.1f}" for t in ticks[1:-1]), "1"])
            ax.set_xlabel("Trust in the state")
            ax.set_ylabel("Grievance (0: none, 1: utmost)")
            contours = self._contours()
            self.marks = {name: self._marks(name) for name in POSTURES[1:]}
            self.spread = {
                name: (
                    above.plot([], [], color=LOOKS[name].colour, lw=1.2)[0],
                    beside.plot([], [], color=LOOKS[name].colour, lw=1.2)[0],
                )
                for name in POSTURES
            }
            above.set_ylim(-0.03, 1.1)
            beside.set_xlim(-0.03, 1.1)
            for margin in (above, beside):
                margin.set_axis_off()
            circle: dict[str, Any] = {"linestyle": "none", "marker": "o", "fillstyle": "none"}
            self.ring = Line2D([], [], color="0.1", markersize=15, markeredgewidth=2.2, **circle)
            ax.add_line(self.ring)
            box = (1 - side + 0.14 / wide, 0.02, side - 0.23 / wide, 0.96)
            column = LegendColumn(canvas.figure.add_axes(box), f"All {citizens:,} citizens")
            column.add_text(
                "grey: silent citizens; darker\nmeans more of them\n"
                "coloured cells: a posture of more\nthan 500; stronger colour means\n"
                "a larger share of the cell",
                fontsize=SMALL,
            )
            column.add_line("equally opposed\nin private", color=FAINT, lw=0.8, ls="--")
            column.add_marker(
                "chosen", marker="o", color="0.1", markersize=9, fillstyle="none", mew=1.8
            )
        canvas.add_animated([self.image, *contours, *self.marks.values(), self.ring])
        canvas.add_animated(line for lines in self.spread.values() for line in lines)
        canvas.add_animated(column.animated)
        self.column = column
        self.update(simulation)

    def _marks(self, name: str) -> Line2D:
        look = LOOKS[name]
        style: Any = {"markeredgecolor": "white", "markeredgewidth": 0.5, "ls": "none"}
        return self.ax.plot([], [], look.marker, ms=look.size, color=look.colour, **style)[0]

    def _contours(self) -> list[Artist]:
        """Draw lines of equal private opposition."""
        trust = np.linspace(0, 0.999, 100)
        drawn: list[Artist] = []
        for level in CONTOURS:
            grievance = level / (1 - trust)
            within = grievance <= 1
            style: Any = {"color": FAINT, "lw": 0.7, "ls": (0, (4, 3))}
            drawn += self.ax.plot(trust[within], grievance[within], **style)
            text: Any = {"fontsize": SMALL, "color": FAINT, "va": "bottom"}
            text["bbox"] = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.5}
            drawn.append(self.ax.text(0.012, level + 0.02, f"opposed {level:g}", **text))
        return drawn

    @property
    def figure(self) -> Figure:
        """The picture, to be saved as any other."""
        return self.canvas.figure

    def update(self, simulation: Simulation, chosen: int | None = None) -> Figure:
        """Show all citizens after the last step; the chosen one is ringed."""
        density = density_of(simulation, self.cells)
        state = simulation.state
        marked, cells = marked_of(simulation, density)
        with self.canvas.lock:
            for name, those in marked.items():
                self.marks[name].set_data(state["trust"][those], state["grievance"][those])
            self.image.set_data(coloured(density._replace(acting=cells)))
            for name, (above, beside) in spread_of(density, self.cells).items():
                for line, curve in zip(self.spread[name], (above, beside), strict=True):
                    line.set_data(*(curve if curve is above else curve[::-1]))
            self.ring.set_data([], [])
            if chosen is not None:
                self.ring.set_data([state["trust"][chosen]], [state["grievance"][chosen]])
            self.column.show_day(simulation, posture_counts(simulation))
        return self.figure

    def citizen_at(self, x: float, y: float, simulation: Simulation, /) -> int | None:
        """Return the citizen nearest to a click, preferring those who are not silent; or None.

        See `CitizenView.citizen_at`.
        """
        width, height = self.figure.canvas.get_width_height()
        pixel = (x * width, (1.0 - y) * height)
        box = self.ax.bbox
        trust, grievance = self.ax.transData.inverted().transform(pixel)
        size = (float(box.width), float(box.height))
        return citizen_near(simulation, float(trust), float(grievance), size, NEAR * width)

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        return self.canvas.png()

    def pixels(self) -> Pixels:
        """Return the picture as an image (height, width, 3)."""
        return self.canvas.pixels()


def cells_across(simulation: Simulation) -> int:
    """Return how many cells the grid has in each direction."""
    return int(min(FINEST, max(32, 12 * simulation.scenario.citizens**0.2)))


def marked_of(
    simulation: Simulation, density: BeliefDensity
) -> tuple[dict[str, NDArray[np.int64]], NDArray[np.float64]]:
    """Return who has a mark, by posture, and the cells of those who have none."""
    posture = simulation.state["posture"][density.active]
    cells, marked = density.acting.copy(), {}
    for code, name in enumerate(POSTURES[1:], start=1):
        those = density.active[posture == code]
        if len(those) <= MARKED:
            cells[code - 1] = 0.0
        else:
            those = those[:0]
        marked[name] = those
    return marked, cells


Curve = tuple[NDArray[np.float64], NDArray[np.float64]]  # places, and shares of the highest


def spread_of(density: BeliefDensity, cells: int) -> dict[str, tuple[Curve, Curve]]:
    """Return the distribution of trust and of grievance for each posture, each on its own scale."""
    bands = 12 if density.silent.sum() < 20_000 else 32
    edges = np.arange(bands) * cells // bands
    middle = (edges + np.append(edges[1:], cells)) / 2 / cells
    found = {}
    for name, counted in zip(POSTURES, (density.silent, *density.acting), strict=True):
        curves: list[Curve] = []
        for axis in (0, 1):
            banded = np.add.reduceat(counted.sum(axis=axis), edges)
            enough = counted.sum() >= SPREAD
            empty = np.empty(0)
            curves.append((middle, banded / banded.max()) if enough else (empty, empty))
        found[name] = (curves[0], curves[1])
    return found


def citizen_near(
    simulation: Simulation,
    trust: float,
    grievance: float,
    size: tuple[float, float],
    reach: float,
) -> int | None:
    """Return the citizen nearest to a place, preferring those who are not silent; or None.

    Parameters
    ----------
    size
        Width and height of the square of beliefs [pixels].
    reach
        The largest distance [pixels].
    """
    state = simulation.state
    for those in (np.flatnonzero(state["posture"]), np.arange(len(state["posture"]))):
        across = (state["trust"][those] - np.float32(trust)) * np.float32(size[0])
        up = (state["grievance"][those] - np.float32(grievance)) * np.float32(size[1])
        away = across * across + up * up
        if len(away) and away.min() <= reach**2:
            return int(those[away.argmin()])
    return None


def coloured(density: BeliefDensity) -> Pixels:
    """Return the colour of each cell (cells, cells, 3)."""
    most = float(density.silent.max(initial=1.0))
    depth = np.log1p(density.silent) / np.log1p(max(1.0, most))
    grey = np.where(density.silent > 0, PALEST - (PALEST - DARKEST) * depth, 1.0)
    colours = np.array([LOOKS[name].colour for name in POSTURES[1:]])
    acting = density.acting.sum(axis=0)
    mixed = np.tensordot(density.acting, colours, (0, 0)) / np.maximum(1.0, acting)[..., None]
    share = acting / np.maximum(1.0, acting + density.silent)
    strength = np.where(acting > 0, 0.25 + 0.75 * np.sqrt(share), 0.0)[..., None]
    colour = grey[..., None] * (1.0 - strength) + mixed * strength
    return np.asarray(np.round(255 * colour), np.uint8)


def posture_counts(simulation: Simulation) -> dict[str, int]:
    """Return the postures of all citizens; before the first day nobody was counted."""
    if simulation.step_number == 0:
        return dict.fromkeys(POSTURES, 0) | {"silent": simulation.scenario.citizens}
    return {name: simulation.counts[name] for name in POSTURES}


VIEW = NamedView("Who", HELP, WhoView)
