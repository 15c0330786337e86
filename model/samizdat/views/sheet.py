"""A picture that is drawn again and again: what stands still is painted once."""

import io
import threading
import zlib
from collections.abc import Iterable
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from samizdat.figures.frame import THEME

Pixels = NDArray[np.uint8]  # (height, width, 3)

WIDTH, HEIGHT = 760, 560  # pixels: a panel beside another on a screen of 1280 x 800
DPI = 100  # at that size; letters and strokes grow with the panel
GROWTH = (0.6, 1.7)
FAST = 1  # of zlib's levels: smaller files would cost more time than they save on the way
TINTS: Pixels = ((np.arange(256) + 2) // 5 * 5).astype(np.uint8)  # two thirds of the bytes
SMALLEST, LARGEST = 200, 4000  # pixels


class BlitCanvas:
    """A figure of so many pixels, of which only some artists move.

    All else is painted once and kept. A lock lets one thread at a time move and paint.

    Parameters
    ----------
    least
        How small its letters may become, as a share of those of a panel of the usual size.

    Attributes
    ----------
    figure
        To be saved as any other; the artists that move are on it too.
    """

    def __init__(
        self, width: int = WIDTH, height: int = HEIGHT, *, least: float = GROWTH[0]
    ) -> None:
        if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
            raise ValueError(
                f"picture of {width} x {height} pixels: {SMALLEST} ... {LARGEST} each are drawn"
            )
        dpi = DPI * min(GROWTH[1], max(least, min(width / WIDTH, height / HEIGHT)))
        with mpl.rc_context(THEME):
            self.figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi)
        self.canvas: Any = FigureCanvasAgg(self.figure)  # has few annotations
        self.lock = threading.RLock()
        self._moving: list[Artist] = []
        self._still: Any = None

    @property
    def inches(self) -> tuple[float, float]:
        """How wide and high it is, in inches of its own letters."""
        return self.figure.get_figwidth(), self.figure.get_figheight()

    def let_move(self, artists: Iterable[Artist]) -> None:
        """Paint these anew each time, in this order, over what stands still."""
        for artist in artists:
            artist.set_animated(True)
            self._moving.append(artist)

    def paint_anew(self) -> None:
        """Forget what was painted: something that stood still has changed."""
        self._still = None

    def paint_over(self, artists: Iterable[Artist]) -> None:
        """Paint these over what stands still, for good: the first must cover what was there."""
        with self.lock:
            self._paint_still()
            for artist in artists:
                artist.draw(self.canvas.get_renderer())
            self._still = self.canvas.copy_from_bbox(self.figure.bbox)

    def _paint_still(self) -> None:
        if self._still is None:
            self.canvas.draw()
            self._still = self.canvas.copy_from_bbox(self.figure.bbox)
        else:
            self.canvas.restore_region(self._still)

    def pixels(self) -> Pixels:
        """Paint, and return a copy of the pixels."""
        with self.lock:
            self._paint_still()
            renderer = self.canvas.get_renderer()
            for artist in self._moving:
                artist.draw(renderer)
            return np.asarray(self.canvas.buffer_rgba())[..., :3].copy()

    def png(self) -> bytes:
        """Paint, and return the picture as a PNG file."""
        return png_of_pixels(self.pixels())


def png_of_pixels(pixels: Pixels) -> bytes:
    """Return pixels as a PNG file, in tints that nobody tells from the true ones."""
    file = io.BytesIO()
    how: Any = {"compress_level": FAST, "compress_type": zlib.Z_RLE}
    Image.fromarray(TINTS[pixels]).save(file, "PNG", **how)
    return file.getvalue()


def png(figure: Figure) -> bytes:
    """Return any figure as a PNG file, drawn whole."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=figure.dpi, pil_kwargs={"compress_level": FAST})
    return file.getvalue()
