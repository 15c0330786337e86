"""Views: pictures of a running simulation, fast enough to be drawn after every step.

A view is made once for a simulation; `update` shows the state after the last step and redraws only
what has changed. Views never change a simulation.
"""

from samizdat.views.canvas import Pixels, png, png_of_pixels
from samizdat.views.country import CountryView
from samizdat.views.export import (
    ALL,
    VIEWS,
    csv_of,
    gif_of,
    pixels_of,
    png_of,
    view_of,
)
from samizdat.views.looks import LOOKS, PostureLook
from samizdat.views.network import NetworkView
from samizdat.views.series import SeriesView
from samizdat.views.twin import TwinView
from samizdat.views.view import CitizenView, NamedView, View
from samizdat.views.who import WhoView

__all__ = [
    "ALL",
    "LOOKS",
    "VIEWS",
    "CitizenView",
    "CountryView",
    "NamedView",
    "NetworkView",
    "Pixels",
    "PostureLook",
    "SeriesView",
    "TwinView",
    "View",
    "WhoView",
    "csv_of",
    "gif_of",
    "pixels_of",
    "png",
    "png_of",
    "png_of_pixels",
    "view_of",
]
