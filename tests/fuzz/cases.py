"""What the fuzzers share: a server of cases, and what must hold however a case ends."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from fuzz.fork_server import MEMORY

LONGEST_LINE = 700  # characters of a message


class MisreadError(AssertionError):
    """An input that was read as something else than it holds."""


@dataclass(frozen=True)
class Ended:
    """How a case ended."""

    code: int
    hung: bool
    seconds: float
    memory: int
    out: str
    err: str


class Cases:
    """Runs command lines and Python statements, each in a process of its own with limits."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("fork_server.py")
        self._server = subprocess.Popen(
            [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def command(self, folder: Path, *args: object) -> Ended:
        """Run `samizdat ARGS` with a folder as the working folder."""
        return self._run({"folder": str(folder), "args": [str(arg) for arg in args]})

    def python(
        self, folder: Path, statements: str, raises: tuple[str, ...] = ("ValueError",)
    ) -> Ended:
        """Run statements; an error of the named classes counts as exit code 2."""
        return self._run({"folder": str(folder), "python": statements, "raises": raises})

    def close(self) -> None:
        """End the server."""
        with self._server:
            self._server.stdin.close()

    def _run(self, case: dict) -> Ended:
        self._server.stdin.write(json.dumps(case) + "\n")
        self._server.stdin.flush()
        return Ended(**self._answer())

    def _answer(self) -> dict:
        line = self._server.stdout.readline()
        assert line, "the server of cases has ended"
        return json.loads(line)


def fault(ended: Ended) -> str | None:
    """Say what is wrong with how a case ended: a traceback, a hang, a message of two lines."""
    lines = ended.err.strip().splitlines()
    if ended.hung:
        return f"still ran after {ended.seconds:.1f} s"
    if "Traceback" in ended.err or "Traceback" in ended.out:
        return "a traceback: " + (lines[-1] if lines else ended.out.strip().splitlines()[-1])
    found_damage = ended.code == 1 and "damaged or missing" in ended.out  # by `verify`
    if ended.code not in (0, 2) and not found_damage:
        return f"exit code {ended.code}: {ended.err[-300:]}"
    if ended.memory > MEMORY:
        return f"{ended.memory / 1e6:,.0f} MB of memory"
    if ended.code == 2:
        told = [line for line in lines if line.startswith("samizdat: ")]
        if len(told) != 1 or lines[-1] != told[0]:
            return f"{len(lines)} lines for one mistake: {ended.err[-300:]!r}"
        if len(told[0]) > LONGEST_LINE:
            return f"a message of {len(told[0])} characters: {told[0][:200]}"
        if "pydantic" in told[0] or "Input should" in told[0] or "<class" in told[0]:
            return f"words of a library: {told[0]}"
    return None
