"""The words are the field's: no name or phrase that docs/glossary.md replaced has come back.

Names are read from the syntax tree: modules, classes, functions, and fields of classes and of
`self`. Phrases are looked for in the documents and in the texts that a user reads.
"""

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "model" / "samizdat"
SOURCES = sorted(
    file
    for folder in ("model", "tests", "benchmarks")
    for file in (ROOT / folder).rglob("*.py")
    if file != Path(__file__)
)
PAGES = [
    ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "experiments").glob("*.md")), ROOT / "results" / "README.md",
]  # fmt: skip

MODULES = {  # replaced -> by; paths below model/samizdat, without .py
    "circumstances": "run/environment", "enactment": "scenario/interventions",
    "counted": "run/history", "numbers": "scenario/registry", "yardstick": "system/roofline",
    "store": "system/array_store", "edges": "society/edge_lists",
    "shapes": "society/graph_shape", "wiring": "core/network/generators",
    "core/ties": "core/network/csr", "core/society": "core/network/social",
    "core/assembly": "core/network/assembly", "core/resume": "core/step",
    "batch/drawable": "batch/figure_checks", "batch/identity": "batch/run_ids",
    "batch/complaints": "batch/syntax", "batch/spelling": "batch/syntax",
    "page/again": "page/reopen", "page/beside": "page/panels/side",
    "page/keeping": "page/panels/downloads", "page/choosing": "page/panels/world",
    "page/opening": "page/limits", "page/numbering": "page/sliders",
    "page/parts": "page/widgets", "page/show": "page/layout", "page/words": "page/labels",
}  # fmt: skip
CLASSES = {
    "Circumstances": "Environment", "Counted": "History", "Crew": "ThreadTeam",
    "Desk": "DrawBuffers", "Today": "RegimeInput", "Memory": "RegimeState",
    "WorldSpec": "ScenarioSpec", "Say": "Notify", "Here": "InProcess",
    "Brought": "ExternalExecutor", "Which": "WorldRef", "Working": "StepReplay",
    "Witness": "CitizenLog", "Gallery": "ViewCache", "Sheet": "BlitCanvas",
    "Seats": "SessionLimit", "Opening": "ServerLimits", "Press": "Button", "Pick": "Select",
    "Fold": "Expander", "Slide": "Slider", "Named": "RegistryEntry",
}  # fmt: skip
FUNCTIONS = {
    "bring": "update", "turn_page": "swap_buffers", "evening": "resolve_and_count",
    "clear_the_stage": "reset_actors", "tell": "mark_speakers", "loud": "spoke_bits",
    "within": "internal", "audible": "reachable_ties", "exposed": "trace_probability",
    "say": "notify", "people": "build_simulation",
    "said": "format_*", "shown": "format_*", "written": "format_*",
}  # fmt: skip
FIELDS = {
    "hot_days": "days_at_trigger", "stirred": "dirty",
    "standing": "block_counts", "loud": "spoke_bits", "box": "outbox",
    "rest": "rest_key", "kept": "rest_sums",
}  # fmt: skip
CONSTANTS = {
    "OTHER_LUCK": "DUMMY_SEED_OFFSET", "STIR": "GROUP", "NUMBERS": "REGISTRY",
    "RESPONSES": "the array of what stands",
}  # fmt: skip
BEGINNINGS = {  # of functions
    "told_of_": "failure_message, format_*", "refuse_": "check_*, usage_error",
}  # fmt: skip

PHRASES = (
    r"turn_page", r"clear_the_stage", r"yardsticks?", r"enactments?", r"circumstances",
    r"OTHER_LUCK", r"told_of_\w*", r"the same luck", r"\bluck\b", r"\banew\b", r"belongs? into",
    r"whom today concerns", r"is there twice",
    r"media at home wake", r"words draw the eye", r"replicates on evidence",
    r"a row a (run|point|day|factor)", r"a column a factor", r"copy of what stands\b",
    r"told as technical",
    r"beats? the timeline",
)  # fmt: skip


def names_in(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Kind and name of whatever a module defines: classes, functions, fields and constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield "class", node.name
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    yield "field", field.target.id
        elif isinstance(node, ast.FunctionDef):
            yield "function", node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield "field", node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield "constant", node.id


def replaced(kind: str, name: str) -> str | None:
    """What to write instead of a name, if it was replaced."""
    if kind == "function":
        for beginning, instead in BEGINNINGS.items():
            if name.lstrip("_").startswith(beginning):
                return instead
    tables = {"class": CLASSES, "function": FUNCTIONS, "field": FIELDS, "constant": CONSTANTS}
    return tables[kind].get(name)


def texts_of(file: Path) -> Iterator[str]:
    """The string constants of a module: messages, labels, help, and docstrings."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@functools.cache
def tree_of(file: Path) -> ast.Module:
    """The syntax tree of a file, parsed once."""
    return ast.parse(file.read_text(encoding="utf-8"))


def test_no_module_has_an_old_name():
    files = {file.relative_to(PACKAGE).with_suffix("").as_posix() for file in PACKAGE.rglob("*.py")}
    assert not files & set(MODULES)
    assert set(MODULES.values()) <= files


def test_no_module_is_imported_by_an_old_name():
    old = {f"samizdat.{name.replace('/', '.')}" for name in MODULES}
    for file in SOURCES:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
                assert not modules & old, (file, node.lineno)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_name_is_an_old_one(file):
    found = {
        f"{kind} {name}: write {instead}"
        for kind, name in names_in(tree_of(file))
        if (instead := replaced(kind, name))
    }
    assert not found


def test_a_class_name_means_one_thing_in_the_package():
    names = Counter(
        node.name
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ClassDef)
    )
    assert not [name for name, count in names.items() if count > 1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_document_uses_a_coined_phrase(page):
    text = page.read_text(encoding="utf-8")
    assert not {p for p in PHRASES if re.search(p, text, re.IGNORECASE)}


@pytest.mark.parametrize("room", sorted({file.relative_to(PACKAGE).parts[0]
                                         for file in PACKAGE.rglob("*.py")}))  # fmt: skip
def test_no_text_of_the_package_uses_a_coined_phrase(room):
    top = PACKAGE / room
    for file in sorted(top.rglob("*.py")) if top.is_dir() else [top]:
        for text in texts_of(file):
            found = {p for p in PHRASES if re.search(p, text, re.IGNORECASE)}
            assert not found, (file.relative_to(PACKAGE), text)


def test_the_term_of_the_field_stands_where_readers_look_for_it():
    for page in ("README.md", "docs/ODD.md", "docs/tutorial.md", "docs/glossary.md"):
        text = " ".join((ROOT / page).read_text(encoding="utf-8").split()).lower()
        assert "common random numbers" in text, page
