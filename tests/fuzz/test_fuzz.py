"""Thousands of wrong inputs: each is refused in one line, or is right; none hangs or dies."""

import contextlib
import csv
import io
import json
import random
import shutil

import pytest

from fuzz import inputs, mutators, results
from fuzz.cases import Cases, MisreadError, fault
from fuzz.places import places, timeline
from fuzz.results import contents
from fuzz.rules import contrasts, ladder, left_out

FEW, MANY = 5, 130  # cases of each kind: in the quick tests, in the slow ones


@pytest.fixture(scope="module")
def cases():
    """A server of cases."""
    server = Cases()
    yield server
    server.close()


@pytest.fixture(scope="module")
def built(cases, tmp_path_factory):
    """Folders of results; see `results.build`."""
    return results.build(cases, tmp_path_factory.mktemp("finished"))


@pytest.fixture
def finished(kind, request):
    """Folders of results for the kinds that need them: building them takes seconds."""
    return request.getfixturevalue("built") if kind == "contents" else None


def scenario(cases, folder, chance, _):
    """A scenario with mistakes: check it, or run it for some days."""
    (folder / "mine.toml").write_bytes(mutators.toml_changed(inputs.SCENARIO, chance))
    if chance.random() < 0.5:
        return cases.command(folder, "check", "mine.toml")
    return cases.command(
        folder, "run", "mine.toml", "--citizens", 40, "--until", "2014-03-04", "--threads", 1
    )


def experiment(cases, folder, chance, _):
    """An experiment with mistakes."""
    text = inputs.EXPERIMENT
    if chance.random() < 0.3:
        design = inputs.DESIGNS[chance.choice(list(inputs.DESIGNS))]
        text = text.replace('kind = "grid"\n', design).replace(", steps = 2", "")
    (folder / "mine.toml").write_bytes(mutators.toml_changed(text, chance))
    return cases.command(folder, "sweep", "mine.toml", "--out", "out", "--jobs", 1)


def points(cases, folder, chance, _):
    """A table of points with mistakes; what is taken must be what a strict reader finds."""
    name = "pc.csv"
    content = mutators.table_changed(inputs.POINTS, chance)
    (folder / name).write_bytes(content)
    table = inputs.EXPERIMENT.split("[design]")[0]
    design = f'[design]\nkind = "table"\nfile = "{name}"\n[resources]\nthreads = 1\n'
    (folder / "mine.toml").write_text(table + design)
    ended = cases.command(folder, "sweep", "mine.toml", "--out", "out", "--jobs", 1)
    if ended.code == 0:
        check_points(cases, folder, content)
    return ended


def check_points(cases, folder, content):
    """Compare the points of the design with what Python's own CSV reader finds."""
    rows = cells_of(content)
    shown = cases.python(
        folder,
        "import json, pandas as pd\n"
        "design = pd.read_parquet('out/design.parquet').drop_duplicates('point')\n"
        "points = design.drop(columns=['RunId', 'point', 'iteration', 'seed'])\n"
        "rows = [[str(cell) for cell in row] for row in points.values]\n"
        "print(json.dumps([list(points.columns), *rows]))\n",
    )
    taken = json.loads(shown.out)
    if not same_tables(rows, taken):
        raise MisreadError(f"{content!r} was read as {taken}")


def same_tables(one, other):
    """Whether two tables hold the same cells; numbers are compared as numbers."""
    return len(one) == len(other) and all(
        len(row) == len(line) and all(map(same_cells, row, line))
        for row, line in zip(one, other, strict=True)
    )


def same_cells(one, other):
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False


def ties(cases, folder, chance, _):
    """A table of ties with mistakes; what is taken must be what a strict reader finds."""
    content = mutators.table_changed(inputs.TIES, chance)
    (folder / "ties.csv").write_bytes(content)
    ended = cases.command(
        folder, "run", "town", "--citizens", 40, "--until", "2014-03-03", "--threads", 1,
        "--graph", "ties.csv",
    )  # fmt: skip
    if ended.code == 0:
        check_ties(cases, folder, content)
    return ended


def check_ties(cases, folder, content):
    """Compare the ties of each citizen with what Python's own CSV reader finds."""
    (header, *rows) = cells_of(content)
    at = {name: header.index(name) for name in ("source", "target")}
    close = {}
    for row in rows:
        ends = frozenset(int(float(row[k])) for k in at.values())
        word = row[header.index("kind")] if "kind" in header else "online"
        close[ends] = close.get(ends, False) or word in ("close", "0", "0.0")
    expected = [[0] * 40, [0] * 40]
    for ends, is_close in close.items():
        for citizen in ends:
            expected[is_close][citizen] += 1
    shown = cases.python(
        folder,
        "from samizdat import Graph\n"
        "graph = Graph.from_file('ties.csv', 40)\n"
        "print([graph.degrees(kind).tolist() for kind in ('online', 'close')])\n",
    )
    if json.loads(shown.out) != expected:
        raise MisreadError(f"{content!r} was read as {shown.out}")


def cells_of(content):
    """Return the cells of a CSV file as Python's own reader finds them, without empty lines."""
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    rows = [[cell.strip() for cell in row] for row in csv.reader(text, strict=True)]
    return [row for row in rows if any(row)]


def parquet(cases, folder, chance, _):
    """Ties or points as Parquet, with changed bytes or other types of columns."""
    import pandas as pd

    text = chance.choice([inputs.TIES, inputs.POINTS])
    frame = pd.read_csv(io.StringIO(text))
    for name in list(frame.columns):
        if chance.random() < 0.3:
            kind = chance.choice(["str", "float64", "category", "object", "bool"])
            with contextlib.suppress(ValueError):  # text is no number
                frame[name] = frame[name].astype(kind)
    frame = frame.sample(frac=1, random_state=1) if chance.random() < 0.3 else frame
    frame.to_parquet(folder / "t.parquet")
    if chance.random() < 0.6:
        content = (folder / "t.parquet").read_bytes()
        (folder / "t.parquet").write_bytes(mutators.bytes_changed(content, chance))
    if text == inputs.TIES:
        return cases.command(
            folder, "run", "town", "--citizens", 40, "--until", "2014-03-03", "--threads", 1,
            "--graph", "t.parquet",
        )  # fmt: skip
    table = inputs.EXPERIMENT.split("[design]")[0]
    (folder / "mine.toml").write_text(table + '[design]\nkind = "table"\nfile = "t.parquet"\n')
    return cases.command(folder, "sweep", "mine.toml", "--out", "out", "--jobs", 1)


def given_traits(cases, folder, chance, _):
    """Traits that a caller hands over."""
    names = ["hardship", "risk_aversion", "threshold", "resting_trust", "platforms", "online", "x"]
    traits = ", ".join(
        f"{name!r}: {chance.choice(inputs.ARRAYS)}" for name in chance.sample(names, 2)
    )
    return cases.python(
        folder,
        inputs.PRELUDE + f"s = Simulation(town, 1, 1, traits={{{traits}}})\n"
        "for name in ('hardship', 'risk_aversion', 'resting_trust', 'threshold'):\n"
        "    trait = s.state[name]\n"
        "    assert np.isfinite(trait).all() and abs(trait).max() < 1e6, name\n"
        "    assert name == 'threshold' or (trait >= 0).all() and (trait <= 1).all(), name\n"
        "s.step()\n",
    )


def command_line(cases, folder, chance, _):
    """A command line of drawn words."""
    (folder / "ties.csv").write_text(inputs.TIES)
    return cases.command(folder, *inputs.arguments_of(chance))


def interface(cases, folder, chance, _):
    """A call of the Python interface with a drawn argument."""
    if chance.random() < 0.7:
        return cases.python(folder, inputs.call_of(inputs.CALLS, chance))
    raises = ("ValueError", "TypeError", "OSError", "AttributeError")
    return cases.python(folder, inputs.call_of(inputs.OBJECTS, chance), raises)


KINDS = {
    each.__name__: each
    for each in (scenario, experiment, points, ties, parquet, given_traits, command_line,
                 interface, contents, places, timeline, ladder, left_out, contrasts)
}  # fmt: skip


def fuzz(cases, finished, folder, kind, seeds):
    """Run the cases of some seeds; report all faults, with the seeds that show them."""
    faults = []
    for seed in seeds:
        here = folder / str(seed)
        here.mkdir()
        try:
            ended = KINDS[kind](cases, here, random.Random(f"{kind} {seed}"), finished)
            found = fault(ended)
        except MisreadError as misread:
            found = str(misread)
        if found:
            faults.append(f"{kind} {seed}: {found}")
        shutil.rmtree(here)
    assert not faults, "\n".join([f"{len(faults)} of {len(seeds)}", *faults[:40]])


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_input_is_refused_in_one_line(cases, finished, tmp_path, kind):
    fuzz(cases, finished, tmp_path, kind, range(FEW))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_thousands_of_wrong_inputs_are_refused_in_one_line(cases, finished, tmp_path, kind):
    fuzz(cases, finished, tmp_path, kind, range(FEW, FEW + MANY))
