"""The documents: the table of numbers is the declared one, links lead somewhere, examples run.

In the pages of EXECUTED a fenced block says on its first line what becomes of it: `python run` and
`sh run` are executed in order, in one folder a page, each Python block in a namespace of its own;
`python run PACKAGES` where those are there; `toml FILE` is appended to that file; a `text` block
behind one that ran is what it printed, with `...` for what differs from run to run. The blocks
`python FILE` and `diff FILE` belong to test_extensions.py.

To write the table and the printed results again: python tests/project/test_docs.py
"""

import builtins
import contextlib
import dis
import doctest
import importlib.util
import io
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from samizdat import Scenario, Simulation
from samizdat.cli import main
from samizdat.cli.parameters import markdown
from samizdat.scenario.registry import REGISTRY

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "model" / "samizdat"
ODD = ROOT / "docs" / "ODD.md"
EXECUTED = [
    ROOT / "README.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("tutorial", "mesa", "sweeps")),
]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BEGIN, END = "<!-- parameters:begin -->\n", "<!-- parameters:end -->"
SOURCE_TREES = (ROOT, PACKAGE, PACKAGE / "core" / "mechanisms")
ROOMS = {each.name for each in (*ROOT.iterdir(), *PACKAGE.iterdir()) if each.is_dir()} - {"results"}
EXAMPLES = {  # files that a reader writes, and short forms of a name just given
    "mine.py", "page.py", "model.py", "records.py", "run_checkpoint.py",
}  # fmt: skip
FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAME = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def parameter_table() -> str:
    """What stands between the markers."""
    return "\n" + "\n".join(markdown(REGISTRY)) + "\n\n"


def links_of(page: Path) -> list[str]:
    """The relative links of a page."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text)
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def headings_of(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def paths_in(page: Path) -> Iterator[str]:
    """The paths of the source that a page names in backticks, except those of EXAMPLES."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    for name in re.findall(r"`([\w./]+)`", text):
        if name in EXAMPLES or "NAME" in name:
            continue
        if (name.split("/")[0] in ROOMS and "/" in name) or name.endswith((".py", ".toml")):
            yield name


def globals_of(code: CodeType) -> Iterator[str]:
    """The global names that code reads, in its functions too."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(step.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from globals_of(inner)


def execute(code: str, page: Path) -> None:
    """Execute a block in a namespace of its own; every name in it must be known there."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    compiled = compile(code, str(page), "exec")
    exec(compiled, namespace)
    unknown = {name for name in globals_of(compiled) if name not in namespace}
    assert not unknown - set(dir(builtins)) - {"__module__", "__qualname__"}, f"{unknown} in {code}"


def printed_by(language: str, code: str, page: Path) -> str:
    """Execute a block; return all that it wrote."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        if language == "python":
            execute(code, page)
        else:
            for line in code.replace("\\\n", " ").splitlines():
                command, *arguments = shlex.split(line, comments=True)
                assert command == "samizdat"
                with contextlib.suppress(SystemExit):
                    main(arguments)
    return said.getvalue()


def follow(page: Path) -> list[tuple[re.Match[str], str, str]]:
    """Follow a page here; return each text block, its code and what that wrote."""
    Simulation(Scenario.load("town").change({"citizens": 50})).step()  # compiles
    results, last = [], ("", "")
    for block in FENCED.finditer(page.read_text(encoding="utf-8")):
        info, body = block[1].split(), block[2]
        if info == ["text"] and last[0]:
            results.append((block, *last))
            last = ("", "")
        elif info[1:2] == ["run"]:
            if all(importlib.util.find_spec(package) for package in info[2:]):
                last = (body, printed_by(info[0], body, page))
        elif info[:1] == ["toml"] and len(info) == 2:
            with Path(info[1]).open("a", encoding="utf-8") as file:
                file.write(body)
    return results


def same(wanted: str, got: str) -> bool:
    """Whether a result is the printed one."""
    return doctest.OutputChecker().check_output(wanted, got, SAME)


def test_the_table_of_numbers_is_the_declared_one():
    text = ODD.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert text.split(BEGIN)[1].split(END)[0] == parameter_table()


def test_every_number_stands_in_the_table_once():
    table = parameter_table()
    assert all(table.count(f"| `{name}` |") == 1 for name in REGISTRY)


def test_the_command_prints_that_table(capsys):
    with pytest.raises(SystemExit):
        main(["parameters", "--markdown"])
    assert capsys.readouterr().out.strip() == parameter_table().strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page):
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in headings_of(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_and_folder_of_the_source_that_a_page_names_exists(page):
    for name in paths_in(page):
        assert any((top / name).exists() for top in SOURCE_TREES), name


def test_a_path_that_does_not_exist_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("`core/ties.py`, `run/history.py`, `core/` and `word`", encoding="utf-8")
    found = list(paths_in(page))
    assert found == ["core/ties.py", "run/history.py", "core/"]
    assert not any((top / found[0]).exists() for top in SOURCE_TREES)


def test_links_are_found():
    found = [link for page in PAGES for link in links_of(page)]
    assert len(found) > 100
    assert any("#" in link for link in found)


def test_a_name_that_a_block_does_not_define_is_found():
    with pytest.raises(AssertionError, match="ProtestModel"):
        execute("def page():\n    return ProtestModel()\n", ROOT / "README.md")


@pytest.mark.parametrize("page", EXECUTED, ids=lambda page: page.name)
@pytest.mark.filterwarnings("ignore::UserWarning:solara", "ignore::DeprecationWarning")
def test_a_page_prints_what_it_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = follow(page)
    assert results
    for block, code, got in results:
        assert same(block[2], got), f"{code}\nprinted:\n{got}"


def write_again() -> None:
    """Write the table of numbers and the results that differ."""
    text = ODD.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    ODD.write_text(head + BEGIN + parameter_table() + END + rest.split(END)[1], encoding="utf-8")
    for page in EXECUTED:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            results = follow(page)
            os.chdir(ROOT)
        text = page.read_text(encoding="utf-8")
        for block, _, got in reversed(results):
            if not same(block[2], got):
                got = re.sub(r"in [\d.]+ s \(\d+ ns", "in ... s (... ns", got)
                text = text[: block.start(2)] + got.strip("\n") + "\n" + text[block.end(2) :]
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_again()
