"""`make bench`: prints each figure as median (least ... most), and its ratio to a reference."""

import argparse

from benchmarks import history, kernel, startup

PARTS = {"kernel": kernel.report, "startup": startup.report, "history": history.report}


def main() -> None:
    """Run all benchmarks, or those named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="|".join(PARTS), default=[], help="default: all"
    )
    parser.add_argument("--citizens", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    for name in given.parts or ("kernel", "startup"):
        PARTS[name](given.citizens, given.repeats)


if __name__ == "__main__":
    main()
