"""Figures of one run or of several, drawn from tidy tables only.

Nothing here knows the simulation: a table read back from a file gives the same picture. Every
panel draws on the axes it is given, or on a new figure without a display, and returns the axes.
The theme holds only while a figure is drawn; importing this package changes no setting.

`nation` has one row a step: `date`, counts of the five postures, `posts`, counts of citizens
`online`, `circumventing` and `cut_off`, means of the beliefs; `regions` one row a step and
`region`; `bands` what the world and the regime did: `kind`, `name`, `region`, `start` and `end`
(inclusive; missing: until the end of the run).
"""

from samizdat.figures.chronicle import actions, lane_of, lanes_in_order
from samizdat.figures.pages import overview, save_all
from samizdat.figures.panels import beliefs, online, postures, turnout_map
from samizdat.figures.regimes import regimes_side_by_side, save_regimes

__all__ = [
    "actions",
    "beliefs",
    "lane_of",
    "lanes_in_order",
    "online",
    "overview",
    "postures",
    "regimes_side_by_side",
    "save_all",
    "save_regimes",
    "turnout_map",
]
