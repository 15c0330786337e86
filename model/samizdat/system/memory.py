"""How much memory a world needs, and how much is available: checked before any is allocated."""

import functools
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_type_hints

import numpy as np

from samizdat.core.layout import MAX_CITIZENS, Ties, Traits, blank_state

WORTH_ASKING = 100_000_000  # bytes; a smaller need is not checked
_SPARE = 150_000_000  # compiled code, tables, buffers of the threads
_PROBE = 1 << 14  # citizens whose state is allocated to measure its size


def _item_sizes(fields: type) -> dict[str, int]:
    """Return the bytes per entry of each array of a NamedTuple, from its annotations."""
    hints = get_type_hints(fields)
    return {name: np.dtype(_scalar_of(hint)).itemsize for name, hint in hints.items()}


def _scalar_of(hint: Any) -> Any:
    """Return the type of an array's entries from its type hint, however numpy spells it."""
    inner = get_args(hint)
    return _scalar_of(inner[-1]) if inner else hint


_TRAITS = sum(_item_sizes(Traits).values())
_ORDER = 4  # citizens by adoption rank, once the feed counts users
_START, _CLOSE, _NEIGHBOUR = (_item_sizes(Ties)[name] for name in ("start", "close", "neighbour"))


class MemoryNeed(NamedTuple):
    """Bytes per citizen and per end of a tie while a world runs."""

    traits: int  # per citizen
    state: float  # per citizen
    rows: int  # per citizen
    end: int  # per end of a tie; each tie has two


@functools.cache
def bytes_per_unit() -> MemoryNeed:
    """Return the bytes per citizen and per end of a tie, from the types of the arrays."""
    state = sum(array.nbytes for array in blank_state(_PROBE)) / _PROBE
    return MemoryNeed(_TRAITS, state, _START + _CLOSE, _NEIGHBOUR)


def needed(
    citizens: int, degree: float, threads: int = 1, *, ties: bool = True, traits: bool = True
) -> int:
    """Return the peak bytes of a world, building included.

    Parameters
    ----------
    degree
        Mean number of ties per citizen.
    threads
        Each draws a part of the traits, and they exchange ends of ties.
    ties, traits
        Whether these are still to be built; otherwise they are in memory already.
    """
    each = bytes_per_unit()
    graph = ties * citizens * (each.rows + each.end * degree)
    settled = traits * citizens * each.traits
    # Counters of a row, ends that cross ranges, and what repeats until the rows are closed up.
    crossing = 8 * 0.2 * degree / 2 * (1 - 1 / threads)
    building = ties * citizens * (8 + crossing + 0.03 * each.end * degree)
    drawing = traits * threads * 120 * min(citizens, 1 << 20)
    running = citizens * (each.state + _ORDER)
    return int(_SPARE + graph + max(building, settled + max(drawing, running)))


def largest(room: int, degree: float, threads: int = 1) -> int:
    """Return how many citizens fit into this many bytes."""
    low, high = 0, MAX_CITIZENS
    while low < high:
        middle = (low + high + 1) // 2
        if needed(middle, degree, threads) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def shortage(
    citizens: int, degree: float, threads: int = 1, *, ties: bool = True, traits: bool = True
) -> str | None:
    """Return one line on why this many citizens do not fit; None if they do."""
    need = needed(citizens, degree, threads, ties=ties, traits=traits)
    if need < WORTH_ASKING + _SPARE:
        return None
    room, whose = available()
    if need <= room:
        return None
    most = largest(room, degree, threads)
    rounded = most // (step := 10 ** max(0, len(str(most)) - 2)) * step
    return (
        f"citizens = {citizens}: needs about {in_words(need)}, available are {in_words(room)} "
        f"({whose}); at most about {rounded:,} citizens fit"
    )


def in_words(size: float) -> str:
    """Format a number of bytes, as in 1.5 GB."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size:.0f} bytes"


def available() -> tuple[int, str]:
    """Return how many bytes this process can still allocate, and what limits them.

    The minimum of the free memory of the machine, and of what the control groups of the process and
    its own address limit leave.
    """
    return min(
        (*_machine(), *_groups(Path("/proc/self")), *_address_limit()), default=(1 << 62, "unknown")
    )


def _machine() -> Iterator[tuple[int, str]]:
    for line in _text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024, "free memory"
            return
    try:
        yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES"), "free memory"
    except (ValueError, OSError):  # not available here
        return


def _address_limit() -> Iterator[tuple[int, str]]:
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    pages = _text(Path("/proc/self/statm")).split()
    if soft != resource.RLIM_INFINITY and pages:
        yield max(0, soft - int(pages[0]) * resource.getpagesize()), "limit of the process"


# Names of limit, use and droppable part of the use, in the two versions of control groups.
_VERSIONS = {
    "cgroup2": (("memory.max", "memory.high"), "memory.current", ("inactive_file", "active_file")),
    "cgroup": (
        ("memory.limit_in_bytes",),
        "memory.usage_in_bytes",
        ("total_inactive_file", "total_active_file"),
    ),
}


def _groups(process: Path) -> Iterator[tuple[int, str]]:
    """Yield what each control group of the process leaves."""
    paths = {}
    for line in _text(process / "cgroup").splitlines():
        number, controllers, path = (*line.split(":", 2), "", "")[:3]
        if number == "0":
            paths["cgroup2"] = path
        elif "memory" in controllers.split(","):
            paths["cgroup"] = path
    for line in _text(process / "mountinfo").splitlines():
        left, _, right = line.partition(" - ")
        version, _, options = (*right.split(), "", "", "")[:3]
        if version in paths and (version == "cgroup2" or "memory" in options.split(",")):
            _, _, _, root, mount, *_ = left.split()
            yield from _above(Path(mount), paths[version], root, version)


def _above(mount: Path, path: str, root: str, version: str) -> Iterator[tuple[int, str]]:
    """Walk from a group up to its mount point; a container may see only part of the path."""
    inside = path.removeprefix(root) if root != "/" else path
    folder = mount / inside.strip("/")
    limits, use, droppable = _VERSIONS[version]
    for group in (folder, *folder.parents):
        if not group.is_relative_to(mount):
            return
        used = _number(_text(group / use))
        if used is None:
            continue
        pairs = (line.split() for line in _text(group / "memory.stat").splitlines())
        stat = dict(pair for pair in pairs if len(pair) == 2)
        used -= sum(int(stat.get(name, 0)) for name in droppable)
        for name in limits:
            limit = _number(_text(group / name))
            if limit is not None:
                yield max(0, limit - used), "cgroup limit"


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdigit() else None  # "max" is none


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
