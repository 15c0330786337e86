"""A view by its name, and what can be taken away from it: a picture, a table, a film."""

import io
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samizdat.figures.frame import COLOURS
from samizdat.run.simulation import Simulation
from samizdat.views import country, network, series, who
from samizdat.views.looks import LOOKS
from samizdat.views.sheet import HEIGHT, WIDTH, Pixels, png_of_pixels

View = network.Network | country.Country | who.Who | series.Series

VIEWS: dict[str, Callable[..., View]] = {
    "network": network.Network,
    "country": country.Country,
    "who": who.Who,
    "series": series.Series,
}
HELP = {
    "network": network.HELP,
    "country": country.HELP,
    "who": who.HELP,
    "series": series.HELP,
}
ALL = "all"  # names the four of them on one picture
FASTEST = 50  # frames a second: programs that show a GIF take no more
LAST_STANDS = 2000  # milliseconds
LOOKED_AT = 8  # frames from which the colours of a film are chosen
PALETTE = 160  # colours of a film
STEP, LEVELS = 5, 52  # of the tints in which `png_of` paints

_views: "weakref.WeakKeyDictionary[Simulation, dict[Any, View]]" = weakref.WeakKeyDictionary()


def view_of(
    view: str, simulation: Simulation, width: int = WIDTH, height: int = HEIGHT, **choices: Any
) -> View:
    """Return a view of a simulation, made once and kept as long as the simulation.

    Parameters
    ----------
    choices
        What the view is made with besides: see its class.

    Raises
    ------
    ValueError
        Naming the views that there are.
    """
    if view not in VIEWS:
        raise ValueError(f"view = {view!r}: one of {', '.join(VIEWS)}")
    kept = _views.setdefault(simulation, {})
    key = (view, width, height, *sorted(choices.items()))
    if key not in kept:
        kept[key] = VIEWS[view](simulation, width, height, **choices)
    return kept[key]


def pixels_of(
    view: str,
    simulation: Simulation,
    width: int = WIDTH,
    height: int = HEIGHT,
    *,
    chosen: int | None = None,
    **choices: Any,
) -> Pixels:
    """Return a view of the simulation as it is now, as an image (height, width, 3)."""
    if view == ALL:
        return _all_of(simulation, width, height, chosen)
    shown = view_of(view, simulation, width, height, **choices)
    with shown.sheet.lock:
        if isinstance(shown, network.Network | who.Who):
            shown.update(simulation, chosen)
        else:
            shown.update(simulation)
        return shown.pixels()


def png_of(
    view: str,
    simulation: Simulation,
    width: int = WIDTH,
    height: int = HEIGHT,
    *,
    chosen: int | None = None,
    **choices: Any,
) -> bytes:
    """Return a view of the simulation as it is now, as a PNG file; "all" for the four of them."""
    return png_of_pixels(pixels_of(view, simulation, width, height, chosen=chosen, **choices))


def _all_of(simulation: Simulation, width: int, height: int, chosen: int | None) -> Pixels:
    left, top = width // 2, height // 2
    sizes = {"network": (left, top), "country": (width - left, top),
             "who": (left, height - top), "series": (width - left, height - top)}  # fmt: skip
    one, two, three, four = (
        pixels_of(view, simulation, *size, chosen=chosen) for view, size in sizes.items()
    )
    return np.vstack([np.hstack([one, two]), np.hstack([three, four])])


def csv_of(simulation: Simulation) -> bytes:
    """Return `Simulation.nation`, a row a day, as a CSV file."""
    text: str = simulation.nation.to_csv(index=False, date_format="%Y-%m-%d")
    return text.encode()


def gif_of(frames: Sequence[bytes], fps: float = 10) -> bytes:
    """Return pictures (PNG files of the same size) as one GIF film, whose last picture stands.

    All share one palette: what does not change from frame to frame then takes no room.

    Raises
    ------
    ValueError
        If there is no picture, or more a second than programs show.
    """
    if not frames:
        raise ValueError("a film needs at least one picture")
    if not 0 < fps <= FASTEST:
        raise ValueError(f"fps = {fps:g} is outside 0 ... {FASTEST}")
    palette = _palette(frames)
    nearest = _nearest(palette)
    drawn = [_painted(frame, palette, nearest) for frame in frames]
    length = [round(1000 / fps)] * (len(frames) - 1) + [LAST_STANDS]
    file = io.BytesIO()
    rest: dict[str, Any] = {"append_images": drawn[1:], "duration": length, "loop": 0}
    drawn[0].save(file, "GIF", save_all=True, disposal=1, **rest)
    return file.getvalue()


def _opened(frame: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(frame)).convert("RGB"))


def _palette(frames: Sequence[bytes]) -> Pixels:
    """Choose colours (1, many, 3): those of some frames, and in any case those with a meaning."""
    places = np.unique(np.linspace(0, len(frames) - 1, LOOKED_AT).astype(int))
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
