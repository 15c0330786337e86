"""What the country shows of its regions on a day: the data of map and tiles, in page and PNG."""

import functools
import math
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.colors import Colormap, ListedColormap, LogNorm, Normalize, PowerNorm

from samizdat.core.layout import POSTURES
from samizdat.core.quantity import format_value
from samizdat.regime.lever import Sign
from samizdat.regime.levers import LEVERS
from samizdat.regime.queries import look_of
from samizdat.run.simulation import Simulation
from samizdat.text.catalogue import plain, translated
from samizdat.views.reading import barred_platforms, rallies_on, region_measures, signals_of

RGBA = tuple[float, float, float, float]


class RegionMeasure(NamedTuple):
    """The measure that colours a region, its title and its colour map."""

    measure: str
    title: str
    colours: str


SHOWS = {
    "turnout": RegionMeasure("mobilise", "In the street, share of residents (log)", "rocket_r"),
    "fear": RegionMeasure("fear", "Mean fear (0: none, 1: utmost)", "Purples"),
    "trust": RegionMeasure("trust", "Mean trust in the state (0: none, 1: full)", "crest"),
}
RALLY, RALLY_GLYPH, RALLY_COLOUR = "rally", "⚑", "#00583f"  # the signal and the sign of a rally
BLOCKED = "blocked"  # the signal of blocking: its sign names the platforms, banned ones too
BLANK: RGBA = (0.93, 0.93, 0.93, 1.0)  # nobody in the street
LEAST_TURNOUT, MOST_TURNOUT = 1e-4, 0.1  # shares of the residents: the ends of the colours
FEW = 3  # people in the street: fewer have the palest colour, whatever their share
TICKS = {  # of the legend
    "turnout": ((1e-4, "0.01 %"), (1e-3, "0.1 %"), (1e-2, "1 %"), (1e-1, "10 % and more")),
    "fear": ((0.0, "0"), (0.1, "0.1"), (0.25, "0.25"), (0.5, "0.5"), (1.0, "1")),
    "trust": ((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")),
}
# A rough map of the country: west to the left, north above.
KAZAKHSTAN = (
    ("West Kazakhstan", "", "Kostanay", "North Kazakhstan", "Pavlodar"),
    ("Atyrau", "Aktobe", "Akmola", "Astana", "East Kazakhstan"),
    ("Mangystau", "", "Kyzylorda", "Karaganda", "Almaty Region"),
    ("Zhanaozen", "", "South Kazakhstan", "Zhambyl", "Almaty"),
)


MEASURED = ("mobilise", "share", "self_censor", "detained", "fear", "trust")


class RegionDay(NamedTuple):
    """A region on a day.

    Attributes
    ----------
    counts
        Citizens by posture, without the silent.
    signs
        From the signal of each lever at work there (or "rally") to the words beside its sign.
    platforms
        Names of the platforms barred there.
    """

    name: str
    residents: int
    counts: dict[str, int]
    fear: float
    trust: float
    colour: RGBA
    signs: dict[str, str]
    platforms: tuple[str, ...]


def places_of(regions: list[str]) -> list[tuple[int, int]]:
    """Return column and row of each region: from the map if the country is known, else in order."""
    known = {name: (x, y) for y, row in enumerate(KAZAKHSTAN) for x, name in enumerate(row) if name}
    if len(regions) > 1 and set(regions) <= set(known):
        found = [known[name] for name in regions]
        left, top = min(x for x, _ in found), min(y for _, y in found)
        return [(x - left, y - top) for x, y in found]
    wide = math.ceil(math.sqrt(len(regions)))
    return [(k % wide, k // wide) for k in range(len(regions))]


def check_shows(shows: str) -> None:
    """Refuse what no region can show.

    Raises
    ------
    ValueError
        Listing what there is.
    """
    if shows not in SHOWS:
        raise ValueError(f"shows = {format_value(shows)}: one of {', '.join(SHOWS)}")


def all_signs() -> dict[str, Sign]:
    """Return the sign of a rally, and of each lever that has one, by the signal of where it is."""
    looks = [look_of(name) for name in reversed(LEVERS)]
    rally = Sign(RALLY_GLYPH, translated("rally"), RALLY_COLOUR)
    return {RALLY: rally} | {look.signal: look.sign for look in looks if look.signal and look.sign}


def colours_of(shows: str) -> Colormap:
    """Return the colour map, without colours too pale to differ from `BLANK`, or too dark."""
    whole = mpl.colormaps.get(SHOWS[shows].colours) or sns.color_palette(
        SHOWS[shows].colours, as_cmap=True
    )
    least = {"turnout": 0.06, "fear": 0.12}.get(shows, 0.0)
    most = 0.92 if shows == "turnout" else 1.0
    along = np.linspace(0.0, 1.0, 256)
    if shows == "turnout":  # so that a few people stay pale
        along **= 1.5
    return ListedColormap(whole(least + (most - least) * along))


def scale_of(shows: str) -> Normalize:
    """Return the colour scale, the same for all runs, so that days and runs can be compared."""
    if shows == "fear":
        return PowerNorm(0.5, 0.0, 1.0)  # most values are near 0
    if shows == "trust":
        return Normalize(0.0, 1.0)
    return LogNorm(LEAST_TURNOUT, MOST_TURNOUT, clip=True)


class RegionColours:
    """The colour of a region, by what it shows."""

    def __init__(self, shows: str) -> None:
        check_shows(shows)
        self.shows, self.scale, self.map = shows, scale_of(shows), colours_of(shows)

    def of(self, value: float, residents: int) -> RGBA:
        """Return the colour for a mean, or for a number of people in the street."""
        if self.shows != "turnout":
            return self._at(value)
        if value == 0 or residents == 0:
            return BLANK
        return self._at(LEAST_TURNOUT if value < FEW else value / residents)

    def _at(self, value: float) -> RGBA:
        red, green, blue, alpha = self.map(float(self.scale(value)))
        return red, green, blue, alpha


def region_days(simulation: Simulation, colours: RegionColours) -> list[RegionDay]:
    """Return all regions after the last step; before the first, they are blank."""
    signals, signs = signals_of(simulation), all_signs()
    at = {signal: signals[signal] > 0 for signal in signs}
    at[RALLY] = rallies_on(simulation, signals)
    barred = barred_platforms(simulation, signals)
    values = {name: region_measures(simulation, name) for name in MEASURED}
    measure = SHOWS[colours.shows].measure
    sizes, begun = np.asarray(simulation.sizes), simulation.step_number > 0
    found = []
    for r, name in enumerate(simulation.scenario.region_names):
        platforms = tuple(plain(each) for each in barred[r])
        shown = {s: signs[s].words for s in signs if at[s][r] and s != BLOCKED}
        if platforms:
            shown[BLOCKED] = ", ".join(platforms)
        found.append(
            RegionDay(
                plain(name),
                int(sizes[r]),
                {each: int(values[each][r]) for each in POSTURES[1:]},
                float(values["fear"][r]),
                float(values["trust"][r]),
                colours.of(float(values[measure][r]), int(sizes[r])) if begun else BLANK,
                shown,
                platforms,
            )
        )
    return found


@functools.cache
def region_colours(shows: str) -> RegionColours:
    """Return the colours of regions; they are made once."""
    return RegionColours(shows)


def legend_of(shows: str) -> dict[str, Any]:
    """Return title, colours and marks of the colour scale, as plain data."""
    scale, colours = scale_of(shows), colours_of(shows)
    ramp = [mpl.colors.to_hex(colours(k / 24)) for k in range(25)]
    ticks = [[float(scale(value)), text] for value, text in TICKS[shows]]
    return {"title": SHOWS[shows].title, "colours": ramp, "ticks": ticks}
