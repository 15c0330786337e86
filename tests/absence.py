"""Take a number's term out of the text of the rules, and run what is left.

For every parameter with an off value: the town under rules in which the term that it multiplies
stands no more. Interpreted; prints what it found as JSON: name -> [places cut, fingerprint]. Under
"" it has the town that all rules stand in, under "rally" and "arrivals" the same town with them.
"""

import ast
import functools
import inspect
import json
import sys
import textwrap
from pathlib import Path
from types import FunctionType, ModuleType

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "core")]
from test_step import fingerprint  # noqa: E402

from samizdat.core.parameters import quantities  # noqa: E402
from worlds import run, town  # noqa: E402

CITIZENS, SEED = 100, 7  # a town so small that still shows every number
EVERYTHING_ON = {  # what the town leaves off, or too faint for so few citizens
    "decision.cost": 0.02,
    "attention.foreign_reach": 0.5,
    "fear.witness": 0.3,
    "attention.fade": 0.5,
    "arrests.capacity": 0.05,
    "arrests.response": 1,
    "reach.dilution": 0.7,
    "attention.online_share": 0.4,
    "attention.feed": 0.1,
    "trust.dissent": 0.002,
    "trust.told": 1,
}
RALLIES, ARRIVALS = "samizdat.run.rallies", "samizdat.run.arrivals"
# Rules that apply a number which does not stand in their text, and what they are without it.
INSTEAD = {"reach.dilution": ("diluted", lambda d, table: d)}
RALLIES_ON = {
    "rally.on": 1,
    "rally.organisers": 0.2,
    "rally.call": 2,
    "rally.notice": 1,
    "rally.continuation": 0.6,
    "rally.camps": 0.4,
    "population.threshold.mean": 0.2,
    "security": 0,
    "decision.cost": 0,
}


ARRIVALS_ON = {"arrivals.mu": 200, "arrivals.own": 0.6, "arrivals.opposition": 50}
WORLDS = {"": {}, "rally": RALLIES_ON, "arrivals": ARRIVALS_ON}  # by the group that they show


def world_of(name: str) -> str:
    """Under which key of `WORLDS` a number is tried."""
    return group if (group := name.split(".")[0]) in WORLDS else ""


def changes_of(name: str) -> dict[str, float]:
    """What is changed of the town in which a number is tried."""
    return EVERYTHING_ON | WORLDS[world_of(name)]


class Cut(ast.NodeTransformer):
    """Replace by 0.0 each term of a sum, argument or whole operand in which a number stands."""

    def __init__(self, number: str) -> None:
        self.number, self.places = number, 0

    def _stands_in(self, node: ast.AST) -> bool:
        return any(
            isinstance(inner, ast.Attribute) and ast.unparse(inner) == self.number
            for inner in ast.walk(node)
        )

    def visit(self, node: ast.AST) -> ast.AST:
        """Go down to the smallest operand that holds the number."""
        if not isinstance(node, ast.expr) or not self._stands_in(node):
            return super().visit(node)
        product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)
        inside = [child for child in ast.walk(node) if child is not node]
        smaller = [  # a term of a sum, an argument
            child
            for child in inside
            if (
                isinstance(child, ast.Call)
                or (isinstance(child, ast.BinOp) and isinstance(child.op, ast.Add | ast.Sub))
            )
            and self._stands_in(child)
        ]
        if isinstance(node, ast.Attribute) or (product and not smaller):
            self.places += 1
            return ast.Constant(0.0)
        return self.generic_visit(node)


def core_modules() -> list[ModuleType]:
    """All modules of the compiled core, and rallies and arrivals, which apply its rules."""
    parts = "samizdat.core", RALLIES, ARRIVALS
    return [m for name, m in sys.modules.items() if name.startswith(parts)]


def users_of(rule: object) -> list[tuple[ModuleType, str]]:
    """Return the modules that use a rule, and under what name."""
    return [
        (user, name)
        for user in core_modules()
        for name, value in vars(user).items()
        if value is rule
    ]


@functools.cache
def text_of(rule: FunctionType) -> str:
    """Return the text of a rule; to find it takes longer than to read it."""
    return textwrap.dedent(inspect.getsource(rule))


def cut_rules(group: str, field: str) -> tuple[int, list[tuple[ModuleType, str, object]]]:
    """Replace every rule that uses a number by one without it; return how to undo that."""
    places, undo = 0, []
    if f"{group}.{field}" in INSTEAD:
        name, without = INSTEAD[f"{group}.{field}"]
        rule = getattr(sys.modules[f"samizdat.core.mechanisms.{group}"], name)
        for user, _ in users_of(rule):
            undo.append((user, name, rule))
            setattr(user, name, without)
        return len(undo) - 1, undo  # one of them is the module of the rule itself
    for module in core_modules():
        short = module.__name__.rsplit(".", 1)[-1]
        if ".mechanisms." in module.__name__ and short == group:
            number = f"p.{field}"
        elif ".passes." in module.__name__ or module.__name__ == RALLIES:
            number = f"p.{group}.{field}"
        else:
            continue
        for rule in [f for f in vars(module).values() if isinstance(f, FunctionType)]:
            if rule.__module__ != module.__name__:
                continue
            if number not in text_of(rule):
                continue
            tree = ast.parse(text_of(rule))
            cut = Cut(number)
            tree = ast.fix_missing_locations(cut.visit(tree))
            if not cut.places:
                continue
            places += cut.places
            tree.body[0].decorator_list = []
            users = users_of(rule)
            exec(compile(tree, module.__name__, "exec"), vars(module))
            without = getattr(module, rule.__name__)
            for user, name in users:
                undo.append((user, name, rule))
                setattr(user, name, without)
    return places, undo


def main() -> None:
    """Try every parameter that can be switched off."""
    found: dict[str, object] = {}
    for name, quantity, _ in quantities():
        if quantity.off is None:
            continue
        group, field = name.split(".")
        places, undo = cut_rules(group, field)
        absent = fingerprint(run(town(CITIZENS).change(changes_of(name)), SEED))
        for user, rule_name, rule in undo:
            setattr(user, rule_name, rule)
        found[name] = [places, absent]
    for name in WORLDS:
        found[name] = fingerprint(run(town(CITIZENS).change(changes_of(name)), SEED))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
