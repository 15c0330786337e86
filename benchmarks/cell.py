"""One measure in a process of its own: nothing that ran before is in its memory.

`python -m benchmarks.cell MODULE:FUNCTION` reads keyword arguments as JSON from its input and
writes the function's answer, with the most memory that the process held, to its output.
"""

import contextlib
import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class CellError(RuntimeError):
    """A measure that came to no answer, in one line."""


def measured(function: str, limit: float | None = None, **given: Any) -> dict[str, Any]:
    """Call ``MODULE:FUNCTION`` in a new process; return its answer.

    Parameters
    ----------
    limit
        Seconds after which it is ended.

    Raises
    ------
    CellError
        If it fails, or is not done within its limit.
    """
    paths = [str(ROOT), *(path for path in sys.path if path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONWARNINGS": "ignore"}
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.cell", function],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=limit,
            env=environment,
            cwd=ROOT,
        )
    except subprocess.TimeoutExpired:
        raise CellError(f"not done within {limit:.0f} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise CellError(f"exit {done.returncode}: {last}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return {**answer, "wall_seconds": time.perf_counter() - began}


def peak_bytes() -> int:
    """Return the peak memory of this process, without its parent."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


def main() -> None:
    """Answer one call; what the function prints goes to the error stream."""
    module, _, name = sys.argv[1].partition(":")
    given = json.loads(sys.stdin.read() or "{}")
    with contextlib.redirect_stdout(sys.stderr):
        answer = getattr(importlib.import_module(module), name)(**given)
    print(json.dumps({**answer, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main()
