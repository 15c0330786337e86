"""A report where there is one already: what it removes, what it leaves, what it refuses."""

import json
import shutil

import pytest

from command import call
from samizdat.batch import parts
from samizdat.batch.results import read_results
from samizdat.report import write_report
from samizdat.report.write import write_findings
from samizdat.system.manifests import read_manifest, write_manifest
from small_sweeps import GRID, sweep, tipping

LINE = {"kind": "line", "x": "x", "y": "a"}


@pytest.fixture
def folder(tmp_path):
    return sweep(tmp_path / "s", GRID | {"figures": [LINE, LINE | {"y": "b"}]}, tipping)


def again(folder, *figures):
    """Write the report as of an experiment with other figures."""
    results = read_results(folder)
    asked = results.experiment.to_table() | {"figures": list(figures)}
    experiment = type(results.experiment).from_table(asked, "small")
    write_findings(results._replace(experiment=experiment))


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def change_manifest(folder, **facts):
    """Change facts in the manifest."""
    path = folder / "manifest.json"
    write_manifest(path, read_manifest(path) | facts)


def check_refused(capsys, folder, *words):
    assert call("report", folder) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert all(word in printed for word in words), printed


def test_pictures_of_an_earlier_report_are_removed(folder):
    figures = write_report(folder).parent / "figures"
    assert {path.name for path in figures.iterdir()} == {"01-line-a.png", "02-line-b.png"}
    again(folder, LINE)
    assert [path.name for path in figures.iterdir()] == ["01-line-a.png"]


def test_what_no_report_wrote_stays(folder, tmp_path):
    out = tmp_path / "mine"
    (out / "figures").mkdir(parents=True)
    mine = ["figures/my_photo.png", "figures/09-line-z.png", "sensitivity.csv", "notes.csv"]
    for name in mine:
        (out / name).write_text("mine")
    for _ in range(2):
        write_report(folder, out)
        assert all((out / name).read_text() == "mine" for name in mine)


def test_a_list_that_was_tampered_with_removes_nothing_elsewhere(folder, tmp_path):
    (tmp_path / "s" / "mine.csv").write_text("mine")
    place = write_report(folder).parent
    names = ["../mine.csv", "/etc/passwd", str(tmp_path / "s" / "mine.csv"), "figures/../../x.png"]
    for text in (json.dumps({"files": names, "runs": 3}), "{", '{"files": 3}'):
        (place / ".report.json").write_text(text)
        write_report(folder)
        assert (tmp_path / "s" / "mine.csv").read_text() == "mine"


@pytest.mark.parametrize("facts", [{"finished": 30}, {"status": "complete"}])
def test_without_its_parts_the_report_stays_as_it_is(folder, capsys, facts):
    write_report(folder)
    change_manifest(folder, **facts)
    shutil.rmtree(folder / "runs")
    before = contents(folder)
    check_refused(capsys, folder, "runs", "30 runs were done", "sweeping again")
    assert contents(folder) == before


def test_a_report_of_runs_is_not_replaced_by_one_of_none(folder, capsys):
    write_report(folder)
    change_manifest(folder, status="running")
    for part in parts.parts_in(folder / "runs"):
        part.path.unlink()
    before = contents(folder)
    check_refused(capsys, folder, "there is a report")
    (folder / "report" / ".report.json").unlink()
    check_refused(capsys, folder, "there is a report")
    before.pop("report/.report.json")
    assert contents(folder) == before


def test_a_sweep_that_has_only_begun_has_an_empty_report_again_and_again(folder):
    change_manifest(folder, status="running")
    for part in parts.parts_in(folder / "runs"):
        part.path.unlink()
    for _ in range(2):
        assert call("report", folder, "--quiet") == 0


def test_a_damaged_design_is_one_line(folder, capsys):
    path = folder / "design.parquet"
    whole = path.read_bytes()
    for kept in (0, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])
        check_refused(capsys, folder, "design.parquet", "damaged", "sweeping again")
    path.unlink()
    check_refused(capsys, folder, "design.parquet", "no such file", "sweeping again")
