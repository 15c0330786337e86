"""The extensions of docs/tutorial.md work: each alone, in a copy of the package, interpreted.

In section 8 a fenced block `python FILE` is a new file of the package, `diff FILE` a change to one:
its lines without + and - must be found there once.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECTION = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8").split("\n## 8. ")[1]
PARTS = re.compile(r"^### ([^\n]+)\n(.*?)(?=^### |\Z)", re.DOTALL | re.MULTILINE)
EXTENSIONS = dict(PARTS.findall(SECTION))
BLOCK = re.compile(r"^```(python|diff) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

START = """
import json
import numpy as np
from samizdat import Scenario, Simulation

def town(**values):
    values = {name.replace("__", "."): value for name, value in values.items()}
    return Simulation(Scenario.load("town").change({"citizens": 150, **values}), seed=3, threads=1)

def table(simulation, without=()):
    rows = simulation.run().regions.drop(columns=list(without))
    return rows.to_csv(float_format="%.17g", index=False)
"""

MECHANISM = """
from samizdat.explain import Explainer
off, on = town(), town(solidarity__anger=0.5)
watch, equal, shown = Explainer(on), True, 0
while not on.finished:
    watch.step()
    for i in np.flatnonzero(on.heard["held"]).tolist():
        grievance = watch.explain(i).grievance
        added = sum(term.change for term in grievance.terms)
        equal &= grievance.after == float(on.state["grievance"][i])
        equal &= abs(grievance.before + added - grievance.after) < 1e-6  # one rounding to float32
        shown += any(t.cause == "close ties in detention" and t.change > 0 for t in grievance.terms)
print(json.dumps({
    "off": table(off), "grievance": [float(s.nation["grievance"].max()) for s in (off, on)],
    "equal": bool(equal), "shown": shown,
}))
"""

LEVER = """
run, chilled, elsewhere, restored, violent = town(
    regime__actions="rule", violence__on=1, violence__trigger=0.002, violence__patience_days=1,
    violence__duration=2, martial_law=0.9,
), True, True, True, 0
while not run.finished:
    run.save("day.npz")
    other = Simulation.restore("day.npz", threads=1)
    run.step()
    other.step()
    restored &= bool((run.signals == other.signals).all()) and run.counts == other.counts
    force, chill = run.signals["violence"] > 0, run.signals["chill"]
    chilled &= bool((chill[force] == 0.9).all())
    elsewhere &= bool((chill[~force] == run.environment.values["chill"][~force]).all())
    violent += int(force.sum())
print(json.dumps({
    "off": table(town()), "chilled": chilled, "elsewhere": elsewhere, "restored": restored,
    "violent": violent,
}))
"""


def changed(text: str, diff: str) -> str:
    """Return a file's text after the change that a diff without line numbers describes."""
    lines = diff.splitlines()
    assert all(line[:1] in ("", " ", "+", "-") for line in lines), diff
    before = "".join(line[1:] + "\n" for line in lines if line[:1] != "+")
    after = "".join(line[1:] + "\n" for line in lines if line[:1] != "-")
    assert text.count(before) == 1, f"found {text.count(before)} times:\n{before}"
    return text.replace(before, after)


def extend(package: Path, extension: str) -> list[str]:
    """Apply the blocks of an extension to a copy of the package; return the files they name."""
    files = []
    for language, name, body in BLOCK.findall(EXTENSIONS[extension]):
        file = package / name
        if language == "python":
            assert not file.exists(), name
            file.write_text(body, encoding="utf-8")
        else:
            file.write_text(changed(file.read_text(encoding="utf-8"), body), encoding="utf-8")
        files.append(name)
    return files


def found_by(script: str, tree: Path) -> object:
    """Run a script with the package of a tree, interpreted; return what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", START + script],
        env={**os.environ, "PYTHONPATH": str(tree), "NUMBA_DISABLE_JIT": "1"},
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def plain() -> object:
    """The town under the package as it is."""
    return found_by("print(json.dumps(table(town())))", ROOT / "model")


def copied(folder: Path) -> Path:
    """Copy the package into a folder; return where it is."""
    return Path(shutil.copytree(ROOT / "model" / "samizdat", folder / "samizdat"))


def extended(extension: str, script: str, folder: Path) -> object:
    """What a script finds with an extension applied to a copy of the package."""
    assert extend(copied(folder), extension)
    return found_by(script, folder)


@pytest.fixture(scope="module")
def mechanism(tmp_path_factory):
    """What is found with the mechanism, by name."""
    return extended("A mechanism", MECHANISM, tmp_path_factory.mktemp("mechanism"))


@pytest.fixture(scope="module")
def lever(tmp_path_factory):
    """What is found with the lever, by name."""
    return extended("A lever", LEVER, tmp_path_factory.mktemp("lever"))


def test_every_extension_is_tried_below():
    shown = {name for name, text in EXTENSIONS.items() if BLOCK.search(text)}
    assert shown == {"A parameter", "A mechanism", "A lever", "A measure", "A graph"}


def test_the_parameter_is_absent_when_off_and_lowers_trust_when_on(plain, tmp_path):
    off, trust = extended(
        "A parameter",
        """
off, on = town(), town(trust__clamour=0.05)
print(json.dumps([table(off), [float(s.run().nation["trust"].iloc[-1]) for s in (off, on)]]))
""",
        tmp_path,
    )
    assert off == plain
    assert trust[1] < trust[0]


def test_the_mechanism_is_absent_when_off(plain, mechanism):
    assert mechanism["off"] == plain


def test_the_mechanism_raises_grievance_when_on(mechanism):
    off, on = mechanism["grievance"]
    assert on > off


def test_the_account_of_a_day_holds_the_mechanism(mechanism):
    assert mechanism["shown"] > 0
    assert mechanism["equal"]


def test_the_lever_is_absent_when_off(plain, lever):
    assert lever["off"] == plain


def test_the_lever_raises_the_chill_where_violence_is_in_force_and_there_alone(lever):
    assert lever["violent"] > 0
    assert lever["chilled"]
    assert lever["elsewhere"]


def test_a_restored_run_goes_on_under_the_lever_as_one_that_never_paused(lever):
    assert lever["restored"]


def test_the_measure_is_a_column_and_changes_no_other(plain, tmp_path):
    others, same, known = extended(
        "A measure",
        """
from samizdat.run.measures import is_measure
run = town().run()
same = (run.nation["turnout"] == run.nation["mobilise"] / 150).all()
print(json.dumps([table(run, ["turnout"]), bool(same), is_measure("turnout.max")]))
""",
        tmp_path,
    )
    assert others == plain
    assert same
    assert known


def test_the_graph_is_drawn_and_changes_no_other(plain, tmp_path):
    other, degrees, ended = extended(
        "A graph",
        """
run = town(graph__kind="star")
degrees = np.unique(run.graph.degrees()).tolist()
print(json.dumps([table(town()), degrees, run.run().finished]))
""",
        tmp_path,
    )
    assert other == plain
    assert degrees == [1, 149]
    assert ended


# A lever with a signal of its own: four files, docs/extending.md

SIGNAL = {
    "core/layout.py": """
         ("chill", np.float64),
+        ("rumours", np.float64),
""",
    "regime/levers.py": """
         Quantity("resting fear", 0, 1, off=0), 0.05),
+    "rumours": StandingLever(
+        "rumours", Look("Rumours"), "rumours of the opposition cost the state trust",
+        Quantity("trust lost", 0, 1, "1/day", off=0, rate=True), 0.0),
""",
    "core/mechanisms/trust.py": """
     contradiction: float,
+    rumours: float,
     p: Trust,
""",
}
FELT = """
-            broadcast, egov, contradiction, p,
+            broadcast, egov, contradiction, float(here["rumours"]), p,
"""
FELT_BY_WHO_HEARS_NOTHING = """
-            broadcast, egov, 0.0, p,
+            broadcast, egov, 0.0, float(here["rumours"]), p,
"""
TERM = """
         + egov * online * (1.0 - trust)
+        - trust * rumours
         - trust
"""


def test_a_signal_that_a_rule_reads_takes_four_files_and_is_explained(plain, tmp_path):
    package = copied(tmp_path)
    felt = [("core/passes/feel.py", diff) for diff in (FELT, FELT_BY_WHO_HEARS_NOTHING)]
    for name, diff in [*SIGNAL.items(), *felt, ("core/mechanisms/trust.py", TERM)]:
        file = package / name
        text = changed(file.read_text(encoding="utf-8"), diff.removeprefix("\n"))
        file.write_text(text, encoding="utf-8")
    off, equal, lost = found_by(
        """
from samizdat.explain import Explainer
run, equal, lost = town(rumours=0.05), True, 0
watch = Explainer(run)
for _ in range(20):
    watch.step()
    for i in range(0, 150, 6):
        trust = watch.explain(i).trust
        equal &= trust.after == float(run.state["trust"][i])
        lost += any(term.cause == "rumours" and term.change < 0 for term in trust.terms)
print(json.dumps([table(town()), bool(equal), lost]))
""",
        tmp_path,
    )
    assert off == plain
    assert equal
    assert lost == 20 * 25
