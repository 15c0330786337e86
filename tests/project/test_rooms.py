"""The tree is held to the rooms of docs/decisions/01-layout.md: no file stands outside of one."""

import ast
import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE, TESTS = ROOT / "model" / "samizdat", ROOT / "tests"

ROOMS = {
    "batch", "cli", "core", "explain", "figures", "page", "regime", "report", "run", "scenario",
    "society", "system", "text", "views",
}  # fmt: skip
LOOSE = {"__init__.py", "__main__.py", "app.py", "mesa_model.py", "py.typed", "version.py"}
INSIDE = {  # the only folders within a room
    "core": {"mechanisms", "network", "passes"}, "page": {"panels"}, "scenario": {"files"},
    "views": {"maps"},
}  # fmt: skip
TESTS_BESIDES = {"baseline", "case", "docking", "fuzz", "mutation", "project"}
TESTS_LOOSE = {
    "absence.py", "claims.py", "command.py", "conftest.py", "fake_disk.py", "naive_arrivals.py",
    "naive_dilution.py", "naive_ladder.py", "naive_news.py", "naive_rallies.py",
    "naive_society.py", "naive_trust.py",
    "new_levers.py", "odd_tables.py", "oracle.py", "small_sweeps.py", "test_mesa_model.py",
    "worlds.py",
}  # fmt: skip
LAYERS = [  # from the top
    {"cli", "app"},
    {"page"},
    {"report", "views"},
    {"batch", "explain", "figures", "mesa_model"},
    {"run"},
    {"scenario"},
    {"regime", "society"},
    {"system"},
    {"text"},
    {"core"},
    {"version"},
]


def names_in(folder: Path) -> set[str]:
    """What stands in a folder, without what Python and its tools leave behind."""
    return {p.name for p in folder.iterdir() if not p.name.startswith((".", "__pycache__"))}


def folders_in(folder: Path) -> set[str]:
    """The folders among it."""
    return {name for name in names_in(folder) if (folder / name).is_dir()}


def contracts() -> dict[str, dict[str, str]]:
    """The import contracts by name."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    prefix = "importlinter:contract:"
    return {
        name.removeprefix(prefix): dict(parser[name])
        for name in parser.sections()
        if name.startswith(prefix)
    }


def test_the_package_holds_the_rooms_and_few_files():
    assert names_in(PACKAGE) == ROOMS | LOOSE


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_has_no_folders_but_those_known(room):
    assert folders_in(PACKAGE / room) == INSIDE.get(room, set())


def test_the_tests_have_the_same_rooms():
    assert folders_in(TESTS) <= ROOMS | TESTS_BESIDES
    assert names_in(TESTS) - folders_in(TESTS) <= TESTS_LOOSE
    assert folders_in(TESTS) >= ROOMS


@pytest.mark.parametrize("room", sorted(INSIDE))
def test_the_tests_of_a_room_have_its_folders(room):
    assert folders_in(TESTS / room) <= INSIDE[room]


def test_the_layers_are_those_of_the_rooms():
    rooms = contracts()["rooms"]
    layers = [set(re.split(r"\s*\|\s*", line)) for line in rooms["layers"].strip().splitlines()]
    assert layers == LAYERS
    assert rooms["exhaustive"] == "true"
    assert set().union(*LAYERS) == ROOMS | {"app", "mesa_model", "version"}


def test_contracts_name_rooms_and_no_lists_of_files():
    allowed = ROOMS | {"app", "mesa_model", "version"}
    for name, contract in contracts().items():
        for key in ("source_modules", "forbidden_modules"):
            modules = re.findall(r"^samizdat\.(\S+)$", contract.get(key, ""), re.MULTILINE)
            assert set(modules) <= allowed, (name, key)


def test_imports_for_types_count_too():
    text = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    assert "exclude_type_checking_imports = false" in text


def test_every_room_says_what_it_is():
    for room in sorted(ROOMS):
        file = PACKAGE / room / "__init__.py"
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), room


def test_the_decision_page_names_every_room():
    page = (ROOT / "docs" / "decisions" / "01-layout.md").read_text(encoding="utf-8")
    for room in ROOMS:
        assert f"| `{room}/`" in page, room
