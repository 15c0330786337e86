"""The tests import each other's worlds from this folder, and leave the user's cache alone."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ["SAMIZDAT_CACHE_LIMIT"] = "0"  # nothing on disk, but where a test says so
