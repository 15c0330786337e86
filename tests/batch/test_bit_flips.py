"""Single bits of a whole folder flip: none passes `verify`, none gives another number.

A command that reads the damaged file refuses it, or passes it over with a line and goes on to the
same numbers; a command that does not read it gives the same numbers.
"""

import contextlib
import random
import shutil

import pytest

from command import call
from samizdat import Scenario, Simulation, read_table, verify
from samizdat.batch.results import read_results
from samizdat.page.reopen import choice_of_run
from samizdat.report import write_report
from samizdat.run.digests import scenario_digest
from samizdat.run.records import RunPlan, RunRecord
from samizdat.system.manifests import INTERRUPTED
from small_sweeps import TOWN, sweep

QUICK, ALL = 20, 1000
FLIPS = [QUICK, pytest.param(ALL, marks=pytest.mark.slow)]


def write_run(out, steps, status):
    """Write a run with checkpoints and a figure, in this process."""
    simulation = Simulation(Scenario.load("town").change({"citizens": 60}), 5)
    record = RunRecord(out)
    record.begin(simulation, ["samizdat", "run"], None, RunPlan(9, 3))
    for _ in range(steps):
        simulation.step()
        record.after_step(simulation, 0.1)

    def draw():
        from samizdat.figures import online

        (out / "figures").mkdir()
        path = out / "figures" / "online.png"
        online(simulation.nation).figure.savefig(path)
        return [path]

    record.end(simulation, status, 1.0, draw)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run that was interrupted, and the same run unbroken."""
    place = tmp_path_factory.mktemp("flips")
    write_run(place / "run", 8, INTERRUPTED)
    write_run(place / "whole", 9, "complete")
    return place / "run", place / "whole"


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A sweep with series, parts, and a report with a figure."""
    out = tmp_path_factory.mktemp("flips") / "sweep"
    small = {"until": "2014-03-04", "set": {"citizens": 60}, "replicates": 2}
    figures = [{"kind": "line", "x": "attention.beta", "y": "person_days"}]
    sweep(out, TOWN | small | {"figures": figures})
    write_report(out)
    return out


@contextlib.contextmanager
def one_flip(folder, rng):
    """Flip a bit of a file of a folder; yield the file, and mend it afterwards."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = rng.choice(files)
    content = path.read_bytes()
    bit = rng.randrange(8 * len(content))
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    path.write_bytes(changed)
    try:
        yield path
    finally:
        path.write_bytes(content)


def world_of(choice):
    return scenario_digest(choice.load()), choice.seed, choice.graph_file


def same_or_refused(expected, found):
    """Check that a function gives what is expected, or an error of one line that users see."""
    refused = ""
    try:
        value = found()
    except (ValueError, OSError) as error:
        refused = str(error)
    assert "\n" not in refused
    assert refused or value == expected


@pytest.mark.parametrize("flips", FLIPS)
def test_no_bit_of_a_run_passes_or_changes_a_number(run, tmp_path, capsys, flips):
    out, whole = run
    rng = random.Random(flips)
    world, table = world_of(choice_of_run(out, None)), read_table(out)
    resumed = {name: (whole / name).read_bytes() for name in ("nation.parquet", "regions.parquet")}
    copy = tmp_path / "copy"
    assert verify(out).sound
    for _ in range(flips):
        with one_flip(out, rng) as path:
            name = path.relative_to(out).as_posix()
            assert any(line.startswith(f"{name}: ") for line in verify(out).wrong), name
            same_or_refused(world, lambda: world_of(choice_of_run(out, None)))
            same_or_refused(True, lambda: read_table(out).equals(table))
            shutil.copytree(out, copy)
        code = call("run", "--resume", copy, "--no-figures", "--quiet")
        assert code == (2 if name == "manifest.json" else 0), name
        if code == 0:
            assert {each: (copy / each).read_bytes() for each in resumed} == resumed
        else:
            assert len(capsys.readouterr().err.splitlines()) == 1
        shutil.rmtree(copy)


@pytest.mark.parametrize("flips", FLIPS)
def test_no_bit_of_a_sweep_passes_or_changes_a_number(swept, tmp_path, flips):
    rng = random.Random(flips)
    page = (swept / "report" / "table.csv").read_bytes()
    chosen = int(read_results(swept).table["RunId"].iloc[3])
    world = world_of(choice_of_run(swept, chosen))
    place = tmp_path / "report"
    assert verify(swept).sound

    def reported():
        write_report(swept, place)
        return (place / "table.csv").read_bytes()

    for k in range(flips):
        with one_flip(swept, rng) as path:
            name = path.relative_to(swept).as_posix()
            assert any(line.startswith(f"{name}: ") for line in verify(swept).wrong), name
            same_or_refused(world, lambda: world_of(choice_of_run(swept, chosen)))
            if not name.startswith("report/") or k % 50 == 0:  # which a report does not read
                same_or_refused(page, reported)
