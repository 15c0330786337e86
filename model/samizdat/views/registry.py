"""The views by name: every file of this folder with a constant VIEW is one."""

import importlib
import pkgutil
from pathlib import Path

from samizdat.views.view import NamedView

QUARTERS = ("network", "country", "who", "series")  # of the picture of all; offered first


def find_views() -> dict[str, NamedView]:
    """Return the views: those of `QUARTERS`, then all others by name."""
    files = [file.name for file in pkgutil.iter_modules([str(Path(__file__).parent)])]
    found = {}
    for name in (*QUARTERS, *sorted(set(files) - set(QUARTERS) - {"registry"})):
        view = getattr(importlib.import_module(f"{__package__}.{name}"), "VIEW", None)
        if isinstance(view, NamedView):
            found[name] = view
    return found
