"""`make bench`: what the model costs, each figure beside a reference from the same run."""

import argparse
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    base_rates,
    contagion,
    days,
    growth,
    history,
    mesa_speed,
    revision,
    sweeps,
    whole,
)
from benchmarks.page import write_page
from benchmarks.report import FOLDER, Asked, Results, notify

# In this order; the last three are no measures of speed and run when they are named.
NAMED = ("history", "base_rates", "base_rates_grid")
PARTS: dict[str, Callable[[Results], None]] = {
    "days": days.report,
    "whole": whole.report,
    "revision": revision.report,
    "mesa": mesa_speed.report,
    "contagion": contagion.report,
    "growth": growth.report,
    "sweeps": sweeps.report,
    "history": history.report,
    "base_rates": base_rates.report,
    "base_rates_grid": base_rates.report_grid,
}


def parse(words: list[str] | None) -> tuple[list[str], Asked, Path]:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="|".join(PARTS), help=f"all but {', '.join(NAMED)}"
    )
    parser.add_argument("--citizens", type=int, help="of `days` and of the days by voices")
    parser.add_argument("--up-to", type=int, help="the most citizens of `growth` and `contagion`")
    parser.add_argument("--repeats", type=int)
    parser.add_argument("--threads", type=int, nargs="+")
    parser.add_argument("--budget", type=float, help="seconds that one peer may take for one size")
    parser.add_argument("--quick", action="store_true", help="all of it, small, in 90 s or so")
    parser.add_argument("--out", type=Path, help=f"default {FOLDER}, or its neighbour if --quick")
    given = parser.parse_args(words)
    for name in given.parts:
        if name not in PARTS:
            parser.error(f"{name!r} is not one of {', '.join(PARTS)}")
    quick = Asked(100_000, 100_000, 2, (1, 2), 5.0, True)
    asked = quick if given.quick else Asked()
    named = {
        "citizens": given.citizens,
        "up_to": given.up_to,
        "repeats": given.repeats,
        "threads": tuple(given.threads) if given.threads else None,
        "budget": given.budget,
    }
    asked = Asked(**{**vars(asked), **{k: v for k, v in named.items() if v is not None}})
    out = given.out or (FOLDER.with_name("benchmarks_quick") if given.quick else FOLDER)
    return given.parts or [name for name in PARTS if name not in NAMED], asked, out


def main(words: list[str] | None = None) -> int:
    """Run the parts named, or all; one that breaks is named at the end, and the rest still runs."""
    parts, asked, out = parse(words)
    results = Results(asked, out)
    try:
        results.manifest()
    except ValueError as error:
        print(f"out = {error}", file=sys.stderr)
        return 2
    broken = []
    for name in parts:
        notify(f"{name}: begins")
        try:
            PARTS[name](results)
        except Exception as error:
            traceback.print_exc()
            broken.append(f"{name}: {type(error).__name__}: {error}")
    if results.written:
        notify(f"written: {write_page(results)}")
    for line in broken:
        print(f"broken: {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
