"""How every view names and draws the postures, and the legend beside a picture."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.text import Text

from samizdat.core.layout import POSTURES
from samizdat.figures.frame import COLOURS, Colour, shorten
from samizdat.run.simulation import Simulation
from samizdat.text.catalogue import words
from samizdat.text.numbers import number


class PostureLook(NamedTuple):
    """How a posture is drawn: its colour and its mark."""

    name: str
    colour: Colour
    marker: str
    size: float  # points across

    @property
    def words(self) -> str:
        """What a citizen of this posture does, in plain words."""
        return words(f"posture.{self.name}")

    @property
    def term(self) -> str:
        """The posture in the terms of the field."""
        return words(f"posture.{self.name}.term")


# They differ in colour (safe for the colour-blind), in shape and in size.
LOOKS: dict[str, PostureLook] = {
    "silent": PostureLook("silent", (0.66, 0.68, 0.70), "o", 3.2),
    "self_censor": PostureLook("self_censor", COLOURS[4], "v", 5.2),
    "share": PostureLook("share", COLOURS[0], "D", 4.6),
    "mobilise": PostureLook("mobilise", COLOURS[3], "^", 6.6),
    "detained": PostureLook("detained", (0.1, 0.1, 0.1), "s", 5.2),
}
assert tuple(LOOKS) == POSTURES

INK, FAINT = "0.15", "0.45"
LETTERS, SMALL = 8.5, 7.0  # points
LINE = 0.165  # inches from line to line


def day_in_words(date: dt.date) -> str:
    """Return a date as people write it, as in 3 April 2011."""
    return f"{date.day} {date:%B %Y}"


def date_in_words(simulation: Simulation) -> tuple[str, str]:
    """Return the date and the progress of the run, for a heading."""
    date, done = simulation.date, simulation.step_number
    named = day_in_words(date)
    if done == 0:
        return named, "before the first day"
    step = "day" if simulation.scenario.spec.step_days == 1 else "step"
    return named, f"{step} {number(done, 'count')} of {number(simulation.steps, 'count')}"


class LegendColumn:
    """A legend beside a picture: the date, the postures with their counts, notes.

    Parameters
    ----------
    ax
        An empty axes; it is used in inches from its upper left corner.
    heading
        Title of the counts.

    Attributes
    ----------
    animated
        The texts that change from day to day.
    at
        Height of the next line [inches from the top].
    """

    def __init__(self, ax: Axes, heading: str) -> None:
        self.ax = ax
        box = ax.get_position()
        inches = ax.figure.get_size_inches()  # type: ignore[union-attr]
        self.wide, self.high = box.width * inches[0], box.height * inches[1]
        ax.set_axis_off()
        ax.set_xlim(0, self.wide)
        ax.set_ylim(self.high, 0)
        self.animated: list[Text] = []
        self.at = 0.14
        self._date = self._animated_text(LETTERS + 3.5, weight="bold")
        self._day = self._animated_text(LETTERS, color=FAINT)
        self.at += 0.12
        self.add_text(heading, weight="bold")
        self._counts = {name: self._posture(look) for name, look in LOOKS.items()}
        self.at += 0.08

    def _animated_text(self, size: float, **look: Any) -> Text:
        text = self.ax.text(0, self.at, "", fontsize=size, va="center", parse_math=False, **look)
        self.at += 1.3 * LINE
        self.animated.append(text)
        return text

    def add_text(self, text: str, **look: Any) -> None:
        """Add lines of fixed text."""
        size = look.pop("fontsize", LETTERS)
        for line in text.split("\n"):
            self.ax.text(0, self.at, line, fontsize=size, va="center", parse_math=False, **look)
            self.at += LINE * size / LETTERS
        self.at += 0.05

    def add_marker(self, text: str, **look: Any) -> None:
        """Add a marker and its explanation."""
        self.ax.plot([0.09], [self.at], clip_on=False, linestyle="none", **look)
        self._beside(text)

    def add_line(self, text: str, **look: Any) -> None:
        """Add a line and its explanation."""
        self.ax.plot([0.0, 0.19], [self.at, self.at], clip_on=False, **look)
        self._beside(text)

    def _beside(self, text: str) -> None:
        for line in text.split("\n"):
            self.ax.text(0.28, self.at, line, fontsize=LETTERS, va="center", parse_math=False)
            self.at += LINE
        self.at += 0.04

    def _posture(self, look: PostureLook) -> Text:
        self._add_marker_of(look)
        self.ax.text(0.28, self.at, look.words, fontsize=LETTERS, va="center", color=INK)
        self.at += LINE
        term = self.ax.text(0.28, self.at, f"({look.term})", fontsize=SMALL, va="center")
        term.set_color(FAINT)
        count = self.ax.text(self.wide, self.at, "", fontsize=LETTERS, va="center", ha="right")
        count.set_fontweight("bold")
        self.animated.append(count)
        self.at += LINE + 0.045
        return count

    def _add_marker_of(self, look: PostureLook) -> None:
        """Draw the marker of a posture at the start of a line."""
        style: Any = {"marker": look.marker, "color": look.colour, "markersize": look.size + 2}
        self.ax.plot([0.09], [self.at], markeredgewidth=0.5, markeredgecolor="white", **style)

    def show_day(self, simulation: Simulation, counts: Mapping[str, int]) -> None:
        """Show date and counts of the last step."""
        date, day = date_in_words(simulation)
        self._date.set_text(date)
        self._day.set_text(day)
        for name, text in self._counts.items():
            text.set_text(number(counts[name], "count"))


def fitted(text: str, inches: float, size: float = LETTERS) -> str:
    """Shorten a text, visibly, to a width [inches]."""
    return shorten(text, max(3, int(inches * 72 / (0.58 * size))))
