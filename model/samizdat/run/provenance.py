"""Where a result comes from: versions, machine, commit, memory."""

import contextlib
import os
import platform
import resource
import subprocess
from importlib import metadata
from pathlib import Path

from samizdat.version import __version__

_LIBRARIES = ("numba", "numpy", "pandas", "pyarrow", "pydantic", "scipy")


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    found = {"samizdat": __version__, "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in _LIBRARIES}


def machine() -> dict[str, str | int]:
    """Describe the machine, without its name."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
    }


def peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes.

    From /proc where there is one: ``getrusage`` may count the parent process.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def commit_of_source() -> tuple[str | None, bool | None]:
    """Return the commit of the running source tree, and whether it has changed since."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return None, None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return commit, bool(_git(root, "status", "--porcelain", "--", "model"))
    except (OSError, subprocess.SubprocessError):
        return None, None


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()
