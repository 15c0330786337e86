"""A server in a process of its own, and what visitors without a browser ask of it."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
TOKEN = "token-of-the-tests"
VIEW = ("view", "--no-browser", "--port", "0")


def address_of(process):
    """Wait for the line that names the address."""
    for line in process.stdout:
        if found := re.search(r"http://\S+:\d+/", line):
            return found.group()
    raise AssertionError("the server ended before it answered")


def started(*arguments, **environment):
    given = {"HOST": "0.0.0.0", "SAMIZDAT_TOKEN": TOKEN, **environment}
    return _python("-m", "samizdat", *VIEW, *arguments, **given)


def started_forgetful(*arguments):
    """Start a server that forgets a visitor who was cut off after a second."""
    code = (
        "from samizdat.page import server; from samizdat.cli import main\n"
        "server.SETTINGS['SOLARA_KERNEL_CULL_TIMEOUT'] = '1s'; main()"
    )
    return _python("-c", code, *VIEW, *arguments, SAMIZDAT_TOKEN=TOKEN)


def started_by_solara():
    """Serve the page as `solara run` does; return the process and the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    process = _python(
        "-m", "solara", "run", "samizdat.app", "--no-open", "--port", port, HOST="127.0.0.1"
    )
    until(lambda: _answers(int(port)))
    return process, f"http://127.0.0.1:{port}/"


def _python(*arguments, **settings):
    settings = {"MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT / "model"), **settings}
    environment = {n: v for n, v in {**os.environ, **settings}.items() if v is not None}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _answers(port):
    with socket.socket() as wire:
        return wire.connect_ex(("127.0.0.1", port)) == 0


def ended(process):
    process.terminate()
    process.wait(20)
    process.stdout.close()


def picture(title):
    """Return the selector of a picture whose description begins with a title."""
    return f'.samizdat-picture:is([alt^="{title}"], [aria-label^="{title}"])'


def cookie_for(host):
    """Return the cookie of a visitor who followed the link, for a Host header."""
    port = urlsplit(f"//{host}").port or 80
    return f"samizdat-token-{port}={TOKEN}"


def asked(url, headers=None):
    """Return status, headers and body of a plain request; with the cookie, if none is given."""
    headers = dict(headers or {})
    if "Cookie" not in headers and re.fullmatch(
        r"[\w.:]+", host := headers.get("Host", _host(url))
    ):
        headers["Cookie"] = cookie_for(host)
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, dict(answer.headers), answer.read()


def _host(url):
    return urlsplit(url).netloc


class Window:
    """A visitor's open page, as far as the server sees it."""

    def __init__(self, address, query="play=0"):
        from websockets.sync.client import connect

        self.address, self.query = address, query
        self.kernel, self.page, self.session = (str(uuid.uuid4()) for _ in range(3))
        host = _host(address)
        self._open = contextlib.ExitStack()
        opening = connect(
            f"ws://{host}/jupyter/api/kernels/{self.kernel}/channels?session_id={self.page}",
            origin=f"http://{host}",
            additional_headers={"Cookie": f"{cookie_for(host)}; solara-session-id={self.session}"},
            max_size=None,
            close_timeout=1,
        )
        self.wire = self._open.enter_context(opening)

    def run(self):
        """Have the page built, and wait for it."""
        comm = str(uuid.uuid4())
        self._send("comm_open", {"comm_id": comm, "target_name": "solara.control", "data": {}})
        path = {"path": f"/?{self.query}", "appName": "__default__", "dark": False}
        self._send("comm_msg", {"comm_id": comm, "data": {"method": "run", "args": path}})
        while not self._is_finished(self.wire.recv(60)):
            pass

    def _send(self, kind, content):
        header = {
            "msg_id": str(uuid.uuid4()), "msg_type": kind, "session": self.page,
            "username": "", "version": "5.2", "date": "2026-01-01T00:00:00.000Z",
        }  # fmt: skip
        message = {
            "header": header, "parent_header": {}, "metadata": {}, "content": content,
            "channel": "shell", "buffers": [],
        }  # fmt: skip
        self.wire.send(json.dumps(message))

    def _is_finished(self, message):
        if isinstance(message, bytes):
            return False
        data = json.loads(message)["content"].get("data", {})
        return data.get("method") == "finished"

    def close(self):
        """Leave as a browser does: say so, then disconnect."""
        request = urllib.request.Request(
            f"{self.address}_solara/api/close/{self.kernel}?session_id={self.page}",
            method="POST", data=b"",
            headers={"Cookie": cookie_for(_host(self.address)), "Origin": self.address.rstrip("/")},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=30):
            pass
        self._open.close()

    def vanish(self):
        """Disconnect without a word."""
        self.wire.socket.close()


def until(found, seconds=60):
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError("it did not come")
