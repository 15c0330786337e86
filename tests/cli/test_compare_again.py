"""A comparison that was ended goes on with the same command; another one is refused."""

import json
import shutil
import signal

import pytest

from command import call
from samizdat import verify
from samizdat.run.simulation import Simulation

TOWN = ["town", "--citizens", 60, "--until", "2014-03-10", "--regime", "open", "--regime", "ban"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The comparison that nothing happened to."""
    out = tmp_path_factory.mktemp("compare") / "town"
    assert call("compare", *TOWN, "--out", out, "--quiet") == 0
    return out


def stopped(out, monkeypatch, number, step):
    """Compare, and send a signal to the process in a step of the second regime."""
    at_once, steps = Simulation.step, []

    def ringing(self):
        steps.append(self.step_number)
        if len(steps) == 10 + step:
            signal.raise_signal(number)
        at_once(self)

    with monkeypatch.context() as patch:
        patch.setattr(Simulation, "step", ringing)
        return call("compare", *TOWN, "--out", out)


def manifest_of(out):
    return json.loads((out / "manifest.json").read_text())


def test_a_comparison_has_a_manifest_and_is_sound(whole):
    manifest = manifest_of(whole)
    assert manifest["kind"] == "comparison"
    assert manifest["status"] == "complete"
    assert manifest["asked"] == {"regimes": ["open", "ban"], "seed": 1, "steps": 10}
    assert sorted(manifest["files_sha256"]) == [
        "ban/manifest.json", "compare.csv", "figures/regimes.png", "open/manifest.json"
    ]  # fmt: skip
    found = verify(whole)
    assert found.sound
    assert not found.notes
    assert found.checked == sum(path.is_file() for path in whole.rglob("*"))


@pytest.mark.parametrize(
    "number",
    [signal.SIGHUP, *(pytest.param(each, marks=pytest.mark.slow)
                      for each in (signal.SIGINT, signal.SIGTERM))],
)  # fmt: skip
def test_a_signal_ends_it_in_one_line_and_the_same_command_goes_on(
    whole, tmp_path, monkeypatch, capsys, number
):
    out = tmp_path / "town"
    assert stopped(out, monkeypatch, number, step=4) == 128 + number
    told = capsys.readouterr()
    assert told.err == "samizdat: interrupted; to go on, give the same command again\n"
    assert manifest_of(out)["status"] == "running"
    assert manifest_of(out / "ban")["status"] == "interrupted"
    assert verify(out).sound
    kept = (out / "open" / "manifest.json").read_bytes()
    assert call("compare", *TOWN, "--out", out) == 0
    assert "open: done before, 10 steps" in capsys.readouterr().out
    assert (out / "open" / "manifest.json").read_bytes() == kept
    for name in ("compare.csv", "figures/regimes.png", "ban/nation.parquet"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
    found = verify(out)
    assert found.sound
    assert not found.notes


def test_a_comparison_killed_before_its_table_makes_it_from_the_runs(whole, tmp_path, monkeypatch):
    out = tmp_path / "town"

    def killed(*_args):
        raise SystemExit(-9)

    with monkeypatch.context() as patch:
        patch.setattr("samizdat.cli.comparison.ComparisonFolder.write", killed)
        assert call("compare", *TOWN, "--out", out, "--quiet") == -9
    with monkeypatch.context() as patch:
        patch.setattr(Simulation, "step", None)  # no regime is run again
        assert call("compare", *TOWN, "--out", out, "--quiet") == 0
    assert (out / "compare.csv").read_bytes() == (whole / "compare.csv").read_bytes()
    assert (out / "figures/regimes.png").read_bytes() == (
        whole / "figures/regimes.png"
    ).read_bytes()


def test_a_complete_comparison_is_shown_and_left_as_it_is(whole, capsys):
    before = {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    assert call("compare", *TOWN, "--out", whole) == 0
    said = capsys.readouterr().out
    assert "the comparison is complete; nothing to do" in said
    assert "turnout, person-days" in said
    assert {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--seed", 2], "seed = 1, not 2"),
        (["--until", "2014-03-11"], "steps = 10, not 11"),
        (["--regime", "scenario"], "regimes = open, ban, not open, ban, scenario"),
        (["--set", "attention.beta=0.3"], "attention.beta = 0.12, not 0.3"),
    ],
)
def test_another_comparison_is_refused_and_told_apart(whole, capsys, change, words):
    before = {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    assert call("compare", *TOWN, *change, "--out", whole) == 2
    line = capsys.readouterr().err.strip()
    assert len(line.splitlines()) == 1
    assert words in line
    assert "--force replaces" in line
    assert {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()} == before


def test_a_folder_of_something_else_is_refused(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert call("compare", *TOWN, "--out", tmp_path) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_damaged_run_of_a_comparison_is_not_taken(whole, capsys):
    path = whole / "open" / "nation.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:200] + bytes([content[200] ^ 4]) + content[201:])
    try:
        assert call("compare", *TOWN, "--out", whole) == 2
        assert "nation.parquet: has changed since it was written" in capsys.readouterr().err
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize("other", [None, "ban"])
def test_a_complete_comparison_without_one_of_its_runs_is_not_sound(whole, tmp_path, other):
    out = tmp_path / "town"
    shutil.copytree(whole, out)
    shutil.rmtree(out / "open")
    if other is not None:
        shutil.copytree(whole / other, out / "open")
    how = "is missing" if other is None else "has changed since it was written"
    assert verify(out).wrong == [f"open/manifest.json: {how}"]


def test_a_run_that_is_missing_in_a_complete_comparison_is_run_again(whole, tmp_path):
    out = tmp_path / "town"
    shutil.copytree(whole, out)
    shutil.rmtree(out / "open")
    assert call("compare", *TOWN, "--out", out, "--quiet") == 0
    assert verify(out).sound
    for name in ("compare.csv", "open/nation.parquet", "ban/nation.parquet"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()


def test_a_damaged_manifest_is_told_from_files_of_somebody_else(whole, tmp_path, capsys):
    out = tmp_path / "town"
    shutil.copytree(whole, out)
    path = out / "manifest.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed": 3'))
    assert call("compare", *TOWN, "--out", out, "--quiet") == 2
    assert capsys.readouterr().err == (
        f"samizdat: out = {out}: the folder is not empty, its manifest is damaged or of an "
        "earlier version (--force replaces)\n"
    )
    path.unlink()
    named = ["compare.csv: is not listed", "figures/regimes.png: is not listed"]
    assert verify(out).notes == named


def test_a_figure_that_does_not_fit_is_drawn_by_the_same_command(
    whole, tmp_path, capsys, monkeypatch
):
    out = tmp_path / "town"

    def short(*_args, **_options):
        raise MemoryError("std::bad_alloc")

    with monkeypatch.context() as patch:
        patch.setattr("samizdat.figures.save_regimes", short)
        assert call("compare", *TOWN, "--out", out, "--quiet") == 2
    line = capsys.readouterr().err.strip()
    assert len(line.splitlines()) == 1
    assert "the figure could not be drawn (out of memory: std::bad_alloc)" in line
    assert verify(out).sound
    assert (out / "compare.csv").read_bytes() == (whole / "compare.csv").read_bytes()
    assert call("compare", *TOWN, "--out", out, "--quiet") == 0
    found = verify(out)
    assert found.sound
    assert not found.notes
