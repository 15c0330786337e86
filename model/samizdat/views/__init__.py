"""Pictures of a simulation while it goes on, quick enough to be drawn again after every step.

Each view is made once for a simulation, and `update` shows it as it is now: what stands still is
painted once. Nothing here knows who shows the pictures, and none of them changes the simulation.
"""

from samizdat.views.country import Country
from samizdat.views.export import (
    ALL,
    HELP,
    VIEWS,
    View,
    csv_of,
    gif_of,
    pixels_of,
    png_of,
    view_of,
)
from samizdat.views.looks import LOOKS, PostureLook
from samizdat.views.network import Network
from samizdat.views.series import Series
from samizdat.views.sheet import Pixels, png, png_of_pixels
from samizdat.views.twin import Twin
from samizdat.views.who import Who

__all__ = [
    "ALL",
    "HELP",
    "LOOKS",
    "VIEWS",
    "Country",
    "Network",
    "Pixels",
    "PostureLook",
    "Series",
    "Twin",
    "View",
    "Who",
    "csv_of",
    "gif_of",
    "pixels_of",
    "png",
    "png_of",
    "png_of_pixels",
    "view_of",
]
