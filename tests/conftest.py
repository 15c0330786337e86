"""The tests import each other's worlds from this folder, and the benchmarks from the one above."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
