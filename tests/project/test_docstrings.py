"""The examples in docstrings run, and every public name has one."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import samizdat

SAME = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FINDER = doctest.DocTestFinder(exclude_empty=True)
OPTIONAL = (
    "samizdat.__main__",
    "samizdat.app",
    "samizdat.page",
)  # need a browser


def modules():
    """Every module of the package whose needs are installed."""
    names = [module.name for module in pkgutil.walk_packages(samizdat.__path__, "samizdat.")]
    for name in names:
        if not name.startswith(OPTIONAL):
            try:
                yield importlib.import_module(name)
            except ModuleNotFoundError as missing:
                if str(missing.name).startswith("samizdat"):
                    raise


def examples_of(thing, name, module):
    """The doctests of a module, class or function and of all that belongs to it."""
    return [test for test in FINDER.find(thing, name, module=module) if test.examples]


EXAMPLES = [test for module in modules() for test in examples_of(module, module.__name__, module)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda test: test.name)
def test_an_example_prints_what_it_says(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = []
    found = doctest.DocTestRunner(optionflags=SAME).run(example, out=report.append)
    assert found.failed == 0, "".join(report)


@pytest.mark.parametrize("name", sorted(set(samizdat.__all__) - {"__version__"}))
def test_a_public_name_has_an_example(name):
    if name == "ProtestModel":
        pytest.importorskip("mesa")
    thing = getattr(samizdat, name)
    if not (isinstance(thing, type) and issubclass(thing, Exception)):
        assert examples_of(thing, name, inspect.getmodule(thing))
