"""What a sweep writes and prints: manifest, columns, a dry run, a small form, how to continue."""

import json
import signal

import pytest
from sweeping import (
    FEAR,
    call,
    commanded,
    contents,
    end,
    manifest_of,
    parts_of,
    read_results,
    until,
    write_experiment,
)  # fmt: skip

from samizdat.batch.experiment import Experiment, ExperimentError


@pytest.mark.slow
def test_the_command_ends_with_the_signal_s_code_and_the_same_command_goes_on(done, tmp_path):
    out = tmp_path / "out"
    text = FEAR.replace("replicates = 2", "replicates = 400").replace("citizens = 60",
                                                                     "citizens = 2000")  # fmt: skip
    file = write_experiment(tmp_path, text + "\n[resources]\nchunk_runs = 20\n", "a long one.toml")
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = commanded("sweep", file, "--out", out, "--jobs", 2)
        before = len(parts_of(out))
        until(lambda before=before: len(parts_of(out)) > before, process)
        found, printed_lines, err = end(process, number, group=number == signal.SIGINT)
        assert found == code, err
        assert "Traceback" not in err
        assert "To continue, give the same command again: samizdat sweep" in printed_lines
        assert "'" in printed_lines.splitlines()[-1]
        manifest = manifest_of(out)
        assert manifest["status"] == "interrupted"
        assert manifest["finished"] == len(read_results(out).table) < 2400
    assert [each["status"] for each in manifest["sessions"]] == ["interrupted"] * 2


def test_the_manifest_says_what_was_done_with_what(done):
    manifest = json.loads((done[0] / "manifest.json").read_text())
    assert manifest["question"] == "Does fear silence?"
    assert manifest["scenario"]["citizens"] == 60
    assert manifest["scenario"]["parameters"]["attention"]["beta"] == 0.12
    assert manifest["design"]["factors"]["attention.beta"] == [0.05, 0.2]
    assert (manifest["points"], manifest["runs"], manifest["finished"]) == (6, 12, 12)
    assert manifest["status"] == "complete"
    (session,) = manifest["sessions"]
    assert {"commit", "commit_dirty", "model_digest", "command", "workers"} <= set(session)
    assert {"samizdat", "numba", "numpy", "python"} <= set(session["versions"])
    assert session["machine"]
    assert session["started"] <= session["ended"]
    assert (session["done_now"], session["failed_now"], session["status"]) == (12, 0, "complete")


def test_columns_follow_mesa_s(done):
    from pyarrow import parquet

    from samizdat.run.measures import OUTCOMES

    names = parquet.read_schema(parts_of(done[0])[0]).names
    about = ["RunId", "iteration", "Step", "attention.beta", "regime", "seed"]
    assert names == [*about, *OUTCOMES, "fear.last", "error"]
    table = read_results(done[0]).table
    assert list(table.columns) == ["RunId", "point", *about[1:], *OUTCOMES, "fear.last",
                                   "cascade", "cascade_size"]  # fmt: skip


def test_a_dry_run_writes_nothing_and_its_numbers_are_sane(done, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("sweep", done[1], "--dry-run") == 0
    printed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()
                if not line.startswith("one"))  # fmt: skip
    assert (printed["points"], printed["runs"]) == ("6", "12; 12 to do")
    assert printed["folder"] == "results/fear/"
    assert "available" in printed["memory"]
    assert "free" in printed["disk"]
    assert not list(tmp_path.iterdir())


def test_the_small_form_goes_to_a_folder_of_its_own_and_the_whole_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = FEAR + '\n[quick]\nreplicates = 1\ndesign.factors.regime = ["open"]\n'
    file = write_experiment(tmp_path, text)
    assert call("sweep", file, "--quick", "--jobs", 1, "--quiet") == 0
    small, whole = tmp_path / "results/fear/quick", tmp_path / "results/fear"
    assert len(read_results(small).table) == 2
    assert manifest_of(small)["quick"] is True
    before = contents(small)
    assert call("sweep", file, "--jobs", 1, "--quiet") == 0
    assert len(read_results(whole).table) == 12
    assert contents(small) == before
    assert call("sweep", file, "--quick", "--jobs", 1, "--quiet") == 0


def test_without_a_small_form_there_are_at_most_two_replicates(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = write_experiment(tmp_path, FEAR.replace("replicates = 2", "replicates = 50"))
    assert call("sweep", file, "--quick", "--jobs", 1, "--quiet") == 0
    assert len(read_results(tmp_path / "results/fear/quick").table) == 12


def test_the_small_form_of_replicates_on_evidence_has_two(tmp_path):
    rule = 'replicates = { until_half_width = 0.01, of = "arrests" }'
    file = write_experiment(tmp_path, FEAR.replace("replicates = 2", rule))
    assert Experiment.load(file, quick=True).replicates == 2
    assert Experiment.load(file).replicates.min == 100
    file.write_text(file.read_text().replace("0.01", "-1"))
    with pytest.raises(ExperimentError, match=r"replicates.until_half_width = -1"):
        Experiment.load(file, quick=True)
