"""The tests import each other's worlds from this folder, the benchmarks from the one above."""

import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
os.environ["SAMIZDAT_CACHE_LIMIT"] = "0"  # nothing on disk, but where a test says so
