"""Pictures of a simulation while it goes on, quick enough to be drawn again after every step.

Each view is made once for a simulation, and `update` shows it as it is now: what stands still is
painted once. Nothing here knows who shows the pictures, and none of them changes the simulation.
"""

from samizdat.views.country import Country
from samizdat.views.looks import LOOKS, Look
from samizdat.views.network import Network
from samizdat.views.sheet import Pixels, png, png_of_pixels

__all__ = ["LOOKS", "Country", "Look", "Network", "Pixels", "png", "png_of_pixels"]
