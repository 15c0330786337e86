"""Opens the page in a browser."""

import atexit
import contextlib
import html
import os
import sys
import tempfile
import threading
import webbrowser
from pathlib import Path

FILE_SECONDS = 60.0  # within which a browser has started
SNAPS = Path("/snap")  # where it is, browsers may see no files in the temporary folder


def open_browser(link: str, *, secret: bool) -> None:
    """Open a link in a browser, if there is one.

    Other users of a machine can see the command lines of all programs. If the link is secret, the
    browser is given a file that leads to it, and that only this user can read.
    """
    if secret and sys.platform not in ("win32", "darwin"):
        link = _file_with(link).as_uri()
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(link)


def _file_with(link: str) -> Path:
    """Write a file that leads to a link; it is removed soon."""
    folder = Path.home() if SNAPS.is_dir() and os.access(Path.home(), os.W_OK) else None
    handle, name = tempfile.mkstemp(prefix="samizdat-", suffix=".html", dir=folder)  # mode 600
    with os.fdopen(handle, "w", encoding="utf-8") as page:
        page.write(page_leading_to(link))
    file = Path(name)
    atexit.register(file.unlink, missing_ok=True)
    timer = threading.Timer(FILE_SECONDS, file.unlink, kwargs={"missing_ok": True})
    timer.daemon = True
    timer.start()
    return file


def page_leading_to(address: str) -> str:
    """Return a page from which a browser goes on by itself."""
    target = html.escape(address, quote=True)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>samizdat</title>'
        f'<meta http-equiv="refresh" content="0;url={target}"></head>'
        f'<body><a href="{target}">samizdat</a></body></html>\n'
    )
