"""What a modeller would use instead: one file a peer, each doing the task of `benchmarks.task`.

A peer is imported in a process of its own, so that one that is absent or broken is named so.
"""

import importlib
from pathlib import Path
from typing import Any

from benchmarks.task import Peer, load

# In the order of the table: module, what must be importable for it.
PEERS = {
    "samizdat_2": "numba",
    "samizdat_1": "numba",
    "scipy_sparse": "scipy",
    "mesa_lists": "mesa",
    "mesa_virus": "mesa.examples",
    "ndlib_composite": "ndlib",
    "eon_discrete": "EoN",
    "eon_fast": "EoN",
    "eon_complex": "EoN",
    "cynetdiff_cascade": "cynetdiff",
    "cynetdiff_threshold": "cynetdiff",
    "starsim_sis": "starsim",
}


def peer(name: str) -> Peer:
    """Import a peer."""
    module: Any = importlib.import_module(f"benchmarks.peers.{name}")
    return module


def play(name: str, folder: str, seed: int, steps: int) -> dict[str, Any]:
    """Do the task in this process; an absent package is said so (see `benchmarks.cell`)."""
    try:
        one = peer(name)
    except ImportError as error:
        return {"peer": name, "absent": f"{error}"}
    played = one.play(load(Path(folder), seed, steps))
    return {"peer": name, "title": one.NAME, "rule": one.RULE, **played._asdict()}
