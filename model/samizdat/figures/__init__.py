"""Figures of one run or of several, drawn from tidy tables only.

Nothing here uses the simulation: a table read from a file gives the same figure. The lanes of the
chart of actions are named and coloured by the looks of the levers. Every panel draws on the axes it
is given, or on a new figure without a display, and returns the axes.
The theme applies only while a figure is drawn; importing this package changes no setting.

`nation` has one row a step: `date`, counts of the five postures, `posts`, counts of citizens
`online`, `circumventing` and `cut_off`, means of the beliefs, and where there are any `arrivals` of
grievances, `threat`, and `rallies_called`, `rallies_held`, `rallies_prevented` and `rally`;
`regions` one row a step and `region`; `bands` one row an event of the world or an order of the
state: `kind`, `name`, `region`, `start` and `end` (inclusive; missing: until the end of the run).
"""

from samizdat.figures.chronicle import actions, lane_of, lanes_in_order
from samizdat.figures.pages import overview, save_all
from samizdat.figures.panels import beliefs, online, postures, turnout_map
from samizdat.figures.rallies import rallies
from samizdat.figures.regimes import regimes_side_by_side, save_regimes
from samizdat.figures.threat import threat

__all__ = [
    "actions",
    "beliefs",
    "lane_of",
    "lanes_in_order",
    "online",
    "overview",
    "postures",
    "rallies",
    "regimes_side_by_side",
    "save_all",
    "save_regimes",
    "threat",
    "turnout_map",
]
