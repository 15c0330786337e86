"""Which mutants of a module are tried: a seeded sample, spread over the places of its code."""

import ast
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import cosmic_ray.plugins
import parso
from cosmic_ray.commands import init
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec, WorkItem

# Left out: what no test could miss, as it raises TypeError wherever floats are, and what numba or
# the types read and Python does not.
_NO_FLOATS = re.compile(r"_(Add|Sub|Mul|Div|FloorDiv|Mod|Pow)_(RShift|LShift|BitOr|BitAnd|BitXor)$")
_IDENTITY = re.compile(r"_(Eq|NotEq|Lt|LtE|Gt|GtE)_(Is|IsNot)$")
_COMPILES = re.compile(r"\s*@(compiled|embedded|internal|inlined)\b")


class LeaveOut(Operator):
    """Leaves out a statement: a call, a raise, an assignment to a part of something."""

    def mutation_positions(self, node):
        if node.type == "simple_stmt" and _acts(node.children[0]):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node, index):
        first = node.get_first_leaf()
        node.children[0] = parso.python.tree.Keyword("pass", first.start_pos, first.prefix)
        return node

    @classmethod
    def examples(cls):
        return (Example("file.flush()\n", "pass\n"), Example("a[0] = 1\n", "pass\n"))


def _acts(statement: parso.tree.NodeOrLeaf) -> bool:
    """Whether a statement does something that a reader of the next one could do without."""
    if statement.type == "expr_stmt":
        target, sign = statement.children[:2]
        return sign.type == "operator" and (target.type != "name" or sign.value != "=")
    called = statement.type in ("atom_expr", "power") and statement.get_last_leaf().value == ")"
    return called or statement.type == "raise_stmt"


class Provider(dict[str, type[Operator]]):
    """Operators by name, as cosmic-ray wants them."""


cosmic_ray.plugins.OPERATOR_PROVIDERS["samizdat"] = Provider(LeaveOut=LeaveOut)


def sampled(path: str, seed: int, count: int) -> list[WorkItem]:
    """Return ``count`` mutants of a module: one of each place of its code, in random order, then a
    second of each, and so on; all if there are no more.
    """
    places = defaultdict(list)
    for item in _items(path):
        (mutation,) = item.mutations
        places[mutation.start_pos, mutation.end_pos].append(item)
    rng = random.Random(f"{seed} {path}")
    rows = [rng.sample(items, len(items)) for _, items in sorted(places.items())]
    rng.shuffle(rows)
    return [item for round in zip_longest(*rows) for item in round if item][:count]


def _items(path: str) -> Iterator[WorkItem]:
    """Every mutant of a module but those left out, in an order that does not change."""
    with use_db(":memory:") as database:
        init([Path(path)], database, {})
        items = database.work_items
    source = Path(path).read_text(encoding="utf-8")
    lines, hints = source.splitlines(), set(_lines_of_hints(source))
    for item in sorted(items, key=lambda item: _order(item.mutations[0])):
        (mutation,) = item.mutations
        row, name = mutation.start_pos[0], mutation.operator_name
        if _NO_FLOATS.search(name) or _IDENTITY.search(name):
            continue
        if "BitOr_" in name and mutation.start_pos in hints:
            continue
        if name.endswith("RemoveDecorator") and _COMPILES.match(lines[row - 1]):
            continue
        yield item


def _order(mutation: MutationSpec) -> tuple[object, ...]:
    return mutation.start_pos, mutation.end_pos, mutation.operator_name, mutation.occurrence


def _lines_of_hints(source: str) -> Iterator[tuple[int, int]]:
    """The places of ``|`` between types."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if hint is not None:
                for row in range(hint.lineno, hint.end_lineno + 1):
                    for at in re.finditer(r"\|", lines[row - 1]):
                        if hint.lineno < row or at.start() >= hint.col_offset:
                            yield row, at.start()
