"""The scenarios that come with the package."""

from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from samizdat.scenario.inheritance import merged
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.system.toml_files import parse


def _shipped_files() -> list[Traversable]:
    folder = resources.files("samizdat.scenario") / "files"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def shipped_table(name: str) -> dict[str, Any]:
    """Return the table of a shipped scenario, merged with its base if it has one."""
    table = parse(shipped_text(name), name)
    return merged(shipped_table(table.pop("base")), table) if "base" in table else table


def shipped() -> list[str]:
    """Return the names of the shipped scenarios."""
    return [file.name.removesuffix(".toml") for file in _shipped_files()]


def shipped_text(name: str) -> str:
    """Return the text of a shipped scenario's file."""
    for file in _shipped_files():
        if file.name == f"{name}.toml":
            return str(file.read_text(encoding="utf-8"))
    raise ScenarioError(f"scenario: {unknown(name, shipped())}")
