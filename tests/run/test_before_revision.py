"""With every number of the revision at its off value, the model before it, to the last bit.

Six worlds, frozen in tests/baseline/before_revision.toml with the digests that the code of commit
4f6dd57 gave. A number or lever that the file does not name is younger, and is switched off here.
"""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samizdat import Scenario, Simulation
from samizdat.core.layout import TALLIES
from samizdat.scenario.registry import REGISTRY

FROZEN = tomllib.loads(
    (Path(__file__).parents[1] / "baseline" / "before_revision.toml").read_text("utf-8")
)
HALF = {"reach.reachable_only": 0.5}
DEAF = {"reach.word_of_mouth": 0, "attention.speaking_tires": 1}
WORLDS: dict[str, tuple[str, str, dict[str, float]]] = {  # place, regime, and what is changed
    "land": ("land", "record", {}),
    "open": ("land", "open", {}),
    "networked": ("land", "networked", {}),
    "networked, half reachable": ("land", "networked", HALF),
    "strike": ("strike", "record", {}),
    "analog, no word of mouth, speaking tires": ("land", "analog", DEAF),
}


def world(place: str, regime: str, values: dict[str, float]) -> Scenario:
    """Return a frozen world in which everything younger than it is off."""
    table: dict[str, Any] = {**FROZEN["country"], **FROZEN[place]}
    table["regime"] = _merged(FROZEN["regimes"]["record"], FROZEN["regimes"][regime])
    known = {*_leaves(table["parameters"]), *_leaves(table["regime"])}
    known |= {n for n, entry in REGISTRY.items() if entry.group not in ("parameters", "regime")}
    if regime != "record":  # by rule there are neither actions nor laws
        table["timeline"] = [e for e in table["timeline"] if not _of_the_state(e)]
    younger = {n: e.quantity.off for n, e in REGISTRY.items() if n not in known}
    off = {name: value for name, value in younger.items() if value is not None}
    return Scenario.from_table(table).change({**off, **values})


def digests(scenario: Scenario) -> dict[str, str]:
    """Run a world; return digests of all that was counted on each day, and of the last state."""
    simulation = Simulation(scenario, seed=1, threads=1).run()
    columns = [TALLIES.index(name) for name in FROZEN["names"]["counted"]]
    counted = np.ascontiguousarray(simulation.history.tallies[:, :, columns])
    state = hashlib.sha256()
    for name in FROZEN["names"]["state"]:
        state.update(simulation.state[name].tobytes())
    return {"counted": hashlib.sha256(counted.tobytes()).hexdigest()[:16],
            "state": state.hexdigest()[:16]}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
def test_with_everything_new_switched_off_nothing_is_new(name):
    assert digests(world(*WORLDS[name])) == FROZEN["digests"][name]


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return base | {
        key: _merged(base[key], value) if isinstance(value, dict) else value
        for key, value in own.items()
    }


def _leaves(table: dict[str, Any], prefix: str = "") -> list[str]:
    names = []
    for key, value in table.items():
        names += _leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else [prefix + key]
    return names


def _of_the_state(entry: dict[str, Any]) -> bool:
    laws = entry.get("set", {})
    return entry["kind"] == "action" or any(REGISTRY[n].group == "regime" for n in laws)
