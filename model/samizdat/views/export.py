"""Views by name, and their export: picture (PNG), table (CSV) and film (GIF)."""

import io
import weakref
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samizdat.core.quantity import format_value
from samizdat.figures.frame import COLOURS
from samizdat.run.simulation import Simulation
from samizdat.views.canvas import HEIGHT, WIDTH, Pixels, png_of_pixels
from samizdat.views.looks import LOOKS
from samizdat.views.registry import QUARTERS, find_views
from samizdat.views.view import CitizenView, View

VIEWS = find_views()
ALL = "all"  # four views on one picture
FASTEST = 50  # frames per second: most programs show no faster GIF
LAST_FRAME = 2000  # milliseconds
PALETTE_FRAMES = 8  # frames from which the colours of a film are chosen
PALETTE = 160  # colours of a film
STEP, LEVELS = 5, 52  # of the tints in which `png_of` paints

_ViewKey = tuple[str, int, int, frozenset[tuple[str, object]]]  # name, width, height, choices
_views: "weakref.WeakKeyDictionary[Simulation, dict[_ViewKey, View]]"
_views = weakref.WeakKeyDictionary()


def view_of(
    view: str, simulation: Simulation, width: int = WIDTH, height: int = HEIGHT, **choices: object
) -> View:
    """Return a view of a simulation; it is made once and lives as long as the simulation.

    Parameters
    ----------
    view
        One of `VIEWS`.
    width, height
        Size [pixels].
    choices
        Further arguments of the view's class.

    Raises
    ------
    ValueError
        If there is no such view; the message lists all.
    """
    if view not in VIEWS:
        raise ValueError(f"view = {format_value(view)}: one of {', '.join(VIEWS)}")
    views = _views.setdefault(simulation, {})
    key = (view, width, height, frozenset(choices.items()))
    if key not in views:
        views[key] = VIEWS[view].make(simulation, width, height, **choices)
    return views[key]


def pixels_of(
    view: str,
    simulation: Simulation,
    width: int = WIDTH,
    height: int = HEIGHT,
    *,
    chosen: int | None = None,
    **choices: object,
) -> Pixels:
    """Return a view of the simulation after its last step, as an image (height, width, 3)."""
    if view == ALL:
        return _all_of(simulation, width, height, chosen)
    drawn = view_of(view, simulation, width, height, **choices)
    with drawn.canvas.lock:
        if isinstance(drawn, CitizenView):
            drawn.update(simulation, chosen)
        else:
            drawn.update(simulation)
        return drawn.pixels()


def png_of(
    view: str,
    simulation: Simulation,
    width: int = WIDTH,
    height: int = HEIGHT,
    *,
    chosen: int | None = None,
    **choices: object,
) -> bytes:
    """Return a view of the simulation after its last step as a PNG file.

    Parameters
    ----------
    view
        One of `VIEWS`, or "all" for four of them.
    width, height
        Size [pixels].
    chosen
        Number of the citizen who is ringed.
    choices
        Further arguments of the view's class.
    """
    return png_of_pixels(pixels_of(view, simulation, width, height, chosen=chosen, **choices))


def _all_of(simulation: Simulation, width: int, height: int, chosen: int | None) -> Pixels:
    left, top = width // 2, height // 2
    sizes = ((left, top), (width - left, top), (left, height - top), (width - left, height - top))
    one, two, three, four = (
        pixels_of(view, simulation, *size, chosen=chosen)
        for view, size in zip(QUARTERS, sizes, strict=True)
    )
    return np.vstack([np.hstack([one, two]), np.hstack([three, four])])


def csv_of(simulation: Simulation) -> bytes:
    """Return `Simulation.nation`, one row per step, as a CSV file."""
    text: str = simulation.nation.to_csv(index=False, date_format="%Y-%m-%d")
    return text.encode()


def gif_of(frames: Sequence[bytes], fps: float = 10) -> bytes:
    """Return pictures (PNG files of the same size) as a GIF film.

    All frames share one palette, so that unchanged pixels take no space.

    Parameters
    ----------
    frames
        PNG files of the same size.
    fps
        Frames per second; the last frame is shown for two seconds.

    Raises
    ------
    ValueError
        If there is no frame, or ``fps`` is out of range.
    """
    if not frames:
        raise ValueError("a film needs at least one picture")
    if not 0 < fps <= FASTEST:
        raise ValueError(f"fps = {fps:g}: it must be above 0 and at most {FASTEST}")
    palette = _palette(frames)
    nearest = _nearest(palette)
    drawn = [_painted(frame, palette, nearest) for frame in frames]
    length = [round(1000 / fps)] * (len(frames) - 1) + [LAST_FRAME]
    file = io.BytesIO()
    first, *others = drawn
    first.save(
        file, "GIF", save_all=True, append_images=others, duration=length, loop=0, disposal=1
    )
    return file.getvalue()


def _opened(frame: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(frame)).convert("RGB"))


def _palette(frames: Sequence[bytes]) -> Pixels:
    """Choose colours (1, many, 3): those of some frames, and in any case those with a meaning."""
    places = np.unique(np.linspace(0, len(frames) - 1, PALETTE_FRAMES).astype(int))
    some = np.vstack([_opened(frames[k]) for k in places])
    drawn = [*(look.colour for look in LOOKS.values()), *COLOURS, (1.0, 1.0, 1.0)]
    strong = np.array([mpl.colors.to_rgb(colour) for colour in drawn])
    meant = np.vstack([strong, 0.55 + 0.45 * strong[:-1]])  # the bands beneath a course are pale
    many = PALETTE - len(meant)
    found = Image.fromarray(some).quantize(many, Image.Quantize.MEDIANCUT).getpalette() or []
    colours = np.array(found[: 3 * many], np.uint8).reshape(-1, 3)
    return np.vstack([np.round(255 * meant).astype(np.uint8), colours])[None]


def _nearest(palette: Pixels) -> NDArray[np.uint8]:
    """Return which colour of a palette is nearest to each tint (52, 52, 52).

    Pillow's own search is a rough one: it takes grey for white and one posture for another.
    """
    level = np.arange(LEVELS, dtype=np.float32) * STEP
    tints = np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1).reshape(-1, 3)
    known = palette[0].astype(np.float32)
    # |a - b|^2 less |a|^2, which is the same for all b.
    away = (known**2).sum(axis=1) - 2.0 * (tints @ known.T)
    return np.asarray(away.argmin(axis=1), np.uint8).reshape((LEVELS,) * 3)


def _painted(frame: bytes, palette: Pixels, nearest: NDArray[np.uint8]) -> Image.Image:
    """Return a picture in the colours of the palette."""
    tint = (_opened(frame).astype(np.intp) + STEP // 2) // STEP
    image = Image.fromarray(nearest[tint[..., 0], tint[..., 1], tint[..., 2]])
    image.putpalette(palette.tobytes())
    return image
