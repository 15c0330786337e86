"""A server in a process of its own, and what plain HTTP asks of it."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]


def address_of(process):
    """Wait for the line that names the address."""
    for line in process.stdout:
        if found := re.search(r"http://\S+:\d+/", line):
            return found.group()
    raise AssertionError("the server ended before it answered")


def started(*arguments):
    return _python("samizdat", "view", "--no-browser", "--port", "0", *arguments, HOST="0.0.0.0")


def started_by_solara():
    """Serve the page as `solara run` does; return the process and the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    process = _python(
        "solara", "run", "samizdat.app", "--no-open", "--port", port, HOST="127.0.0.1"
    )
    until(lambda: _answers(int(port)))
    return process, f"http://127.0.0.1:{port}/"


def _python(*arguments, **settings):
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT / "model"), **settings}
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _answers(port):
    with socket.socket() as wire:
        return wire.connect_ex(("127.0.0.1", port)) == 0


def ended(process):
    process.terminate()
    process.wait(20)
    process.stdout.close()


def asked(url, headers=None):
    """Return status, headers and body of a plain request."""
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, dict(answer.headers), answer.read()


def until(found, seconds=60):
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError("it did not come")
