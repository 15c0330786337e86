"""A figure that is drawn repeatedly: its static background is painted once (blitting)."""

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
    """A matplotlib figure of a fixed size, of which only the animated artists are redrawn.

    All other artists form the background, which is painted once. A lock lets one thread at a time
    change artists and paint.

    Parameters
    ----------
    width, height
        Size [pixels], each in 200 ... 4000.
    least
        Smallest font size, as a share of that on a panel of the default size.

    Attributes
    ----------
    figure
        The matplotlib figure, with the animated artists; it can be saved as any other.
    lock
        Held while artists are changed or painted.

    Raises
    ------
    ValueError
        If the size is out of range.
    """

    def __init__(
        self, width: int = WIDTH, height: int = HEIGHT, *, least: float = GROWTH[0]
    ) -> None:
        if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
            raise ValueError(
                f"picture of {width} x {height} pixels: each must be in {SMALLEST} ... {LARGEST}"
            )
        dpi = DPI * min(GROWTH[1], max(least, min(width / WIDTH, height / HEIGHT)))
        with mpl.rc_context(THEME):
            self.figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi)
        self._agg: Any = FigureCanvasAgg(self.figure)  # has few annotations
        self.lock = threading.RLock()
        self._animated: list[Artist] = []
        self._background: Any = None  # pixels, as Agg copies them

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height of the figure [inches]."""
        return self.figure.get_figwidth(), self.figure.get_figheight()

    @property
    def renderer(self) -> Any:
        """The Agg renderer, which measures and draws text."""
        return self._agg.get_renderer()

    def add_animated(self, artists: Iterable[Artist]) -> None:
        """Draw these artists on every update, in this order, over the background."""
        for artist in artists:
            artist.set_animated(True)
            self._animated.append(artist)

    def invalidate(self) -> None:
        """Discard the background: one of its artists has changed."""
        self._background = None

    def paint_onto_background(self, artists: Iterable[Artist]) -> None:
        """Paint artists into the background permanently; the first must cover what was there."""
        with self.lock:
            self._paint_background()
            for artist in artists:
                artist.draw(self.renderer)
            self._background = self._agg.copy_from_bbox(self.figure.bbox)

    def _paint_background(self) -> None:
        if self._background is None:
            self._agg.draw()
            self._background = self._agg.copy_from_bbox(self.figure.bbox)
        else:
            self._agg.restore_region(self._background)

    def pixels(self) -> Pixels:
        """Paint, and return a copy of the pixels (height, width, 3)."""
        with self.lock:
            self._paint_background()
            renderer = self.renderer
            for artist in self._animated:
                artist.draw(renderer)
            return np.asarray(self._agg.buffer_rgba())[..., :3].copy()

    def png(self) -> bytes:
        """Paint, and return the picture as a PNG file."""
        return png_of_pixels(self.pixels())


def png_of_pixels(pixels: Pixels) -> bytes:
    """Return pixels (height, width, 3) as a PNG file, colours rounded invisibly."""
    file = io.BytesIO()
    image = Image.fromarray(TINTS[pixels])
    image.save(file, "PNG", compress_level=FAST, compress_type=zlib.Z_RLE)
    return file.getvalue()


def png(figure: Figure) -> bytes:
    """Return any matplotlib figure as a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=figure.dpi, pil_kwargs={"compress_level": FAST})
    return file.getvalue()
