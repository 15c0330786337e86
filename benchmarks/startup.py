"""How long a newcomer waits: the whole command, warm, against starting Python."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from samizdat.core.jit import cache_folder


def seconds(command: list[str], until_output: bool) -> float:
    """Time a command to its first line, or to its end."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = time.perf_counter() - began
        process.stdout.read()
    return first if until_output else time.perf_counter() - began


def report(_citizens: int, repeats: int) -> None:
    """Print the seconds of some commands, machine code already cached."""
    samizdat = [sys.executable, "-m", "samizdat"]
    python = [sys.executable, "-c", "print()"]
    subprocess.run([*samizdat, "run", "town"], check=True, capture_output=True)
    compiled = _files()
    cases = {
        "python alone": (python, False),
        "samizdat --help": ([*samizdat, "--help"], False),
        "samizdat run town: first output": ([*samizdat, "run", "town"], True),
        "samizdat run town: whole, no pictures": ([*samizdat, "run", "town"], False),
    }
    print(f"startup: warm, {repeats} runs each, in turn")
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(repeats):
        for name, (command, until_output) in cases.items():
            times[name].append(seconds(command, until_output))
    alone = median(times["python alone"])
    for name, each in times.items():
        print(
            f"  {name:38} {median(each):6.2f} s ({min(each):.2f} ... {max(each):.2f})"
            f"   {median(each) / alone:6.1f} x python alone"
        )
    print(f"  files compiled by these runs: {_files() - compiled}")


def _files() -> int:
    return sum(1 for file in Path(cache_folder()).rglob("*") if file.is_file())
