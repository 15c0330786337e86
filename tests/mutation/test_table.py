"""The table of mutants names what there is: modules, tests, and lines that they still have."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = tomllib.loads(Path(__file__).with_name("mutants.toml").read_text(encoding="utf-8"))
MODULES = {row["path"]: row for row in TABLE["module"]}
MECHANISMS = ROOT / "model" / "samizdat" / "core" / "mechanisms"


@pytest.mark.parametrize("path", MODULES)
def test_a_row_names_a_module_and_tests_that_exist(path):
    assert (ROOT / path).is_file()
    for test in MODULES[path]["tests"]:
        file, _, name = test.split()[-1].partition("::")
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES)
def test_a_survivor_changes_a_line_of_its_module_and_has_a_reason(path):
    lines = [line.strip() for line in (ROOT / path).read_text(encoding="utf-8").splitlines()]
    for survivor in MODULES[path].get("survivor", ()):
        assert survivor["was"] in lines
        assert survivor["now"] != survivor["was"]
        assert survivor["why"].strip()


def test_every_mechanism_has_a_row():
    files = {path.relative_to(ROOT).as_posix() for path in MECHANISMS.glob("[a-z]*.py")}
    assert files <= MODULES.keys()
