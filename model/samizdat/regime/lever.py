"""What a lever of the state is: when it acts, its parameters, its names and how it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity, acting
from samizdat.regime.orders import RegimeInput, RegimeState

LeverParameters = dict[str, tuple[Quantity, float]]  # dotted name -> its quantity and default

# The palette "colorblind" of seaborn, by name: colours that the colour-blind can tell apart.
BLUE, ORANGE, GREEN, RED, PURPLE = "#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc"
BROWN, PINK, GREY, YELLOW, SKY = "#ca9161", "#fbafe4", "#949494", "#ece133", "#56b4e9"
DARK = "0.4"


class Sign(NamedTuple):
    """The mark of a region on the map in which a lever acts."""

    glyph: str
    words: str
    colour: str


class Look(NamedTuple):
    """The names of a lever and how it is drawn; everything but the label has a default.

    The label is also its key in the catalogue of words (`samizdat.text`), so that a lever needs no
    entry there to be shown in English.
    """

    label: str  # "Network off"
    title: str = ""  # of its group of parameters; by default the label
    phrase: str = ""  # after "with" and "without"; by default the label in lower case
    lane: str = ""  # its lane in the chart of actions; by default the label in lower case
    prefix: str | None = None  # before the name of a band; None: as phrase, "": nothing
    colour: str = PINK
    signal: str = ""  # column of SIGNALS that is above 0 where it acts; it is counted in the tables
    sign: Sign | None = None  # on the map, where that signal is above 0
    button: str = ""  # text of the button that orders it; by default the label in lower case
    one_day: bool = False  # whether the button orders it for one day, instead of until it is ended

    def complete(self) -> "Look":
        """Return this look with its defaults filled in."""
        small = self.label[:1].lower() + self.label[1:]
        phrase = self.phrase or small
        return self._replace(
            title=self.title or self.label,
            phrase=phrase,
            lane=self.lane or small,
            prefix=phrase if self.prefix is None else self.prefix,
            button=self.button or small,
        )


class Stage(Enum):
    """When a lever acts, and what it writes into."""

    MORNING = "morning"  # each day before its values are determined: into the regime's memory
    STANDING = "standing"  # when its parameters change, into signals that hold until then
    EVENTS = "events"  # each day before its events are written: which still cause grievance
    DAILY = "daily"  # each day, into that day's signals, which begin as a copy of the standing ones


class Lever(Protocol):
    """A lever of the state: an instrument that writes into the signals that reach citizens.

    The signals of a day begin as a copy of the standing ones, so a lever may change any column: on
    the next day its change is gone. Levers of a stage act in the order of `LEVERS`; one that reads
    another's signal comes after it.
    """

    @property
    def stage(self) -> Stage:
        """When it acts."""

    @property
    def claim(self) -> str:
        """What it does, in a clause."""

    @property
    def look(self) -> Look:
        """Its names and how it is drawn."""

    @property
    def parameters(self) -> LeverParameters:
        """Its parameters, by dotted name."""

    @property
    def off(self) -> dict[str, float]:
        """The values at which it is absent."""

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Give orders, and write what reaches citizens into the ``signals`` (R,) of the day."""


@runtime_checkable
class DatedLever(Protocol):
    """A lever that the timeline can date: an entry of kind `action` names it.

    An entry with an ``event`` acts on that event. Any other becomes an order in its regions, which
    `act` finds with `orders_in_force`.
    """

    @property
    def dated(self) -> Sequence[str]:
        """The fields that it may have, of: regions, platforms, cover_story, strength, event."""


@dataclass(frozen=True)
class StandingLever:
    """A lever that acts every day with the value of its one parameter.

    Rule: none (a setting of the timeline changes it); delay: none; scope: region.
    Formula: signal = value; a rate per day acts in a step as 1 - exp(-value * step_days), a
    ``chance`` per day as 1 - (1 - value)^step_days.
    """

    stage: ClassVar[Stage] = Stage.STANDING

    name: str
    look: Look
    claim: str
    quantity: Quantity
    default: float
    chance: bool = False  # whether its value is a chance per day

    @property
    def parameters(self) -> LeverParameters:
        """Its one parameter."""
        return {self.name: (self.quantity, self.default)}

    @property
    def off(self) -> dict[str, float]:
        """The value at which it is absent."""
        return {self.name: 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Write the value, rates as they act in a step."""
        values = inputs.values[self.name]
        if self.quantity.rate:
            rates = {v: acting(v, inputs.step_days) for v in set(values.tolist())}
            signals[self.name] = [rates[v] for v in values.tolist()]
        elif self.chance:
            signals[self.name] = 1.0 - (1.0 - values) ** inputs.step_days
        else:
            signals[self.name] = values
