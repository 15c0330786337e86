"""The benchmarks measure what they say: kinds of days, bytes, and peers that do the same task."""

import re
from pathlib import Path

import numpy as np
import pytest
from benchmarks import cell, days
from benchmarks.__main__ import NAMED, PARTS, parse
from benchmarks.__main__ import main as run_parts
from benchmarks.base_rates import LENGTHS, YEARLY, of_record, of_run
from benchmarks.contagion import curves, furthest_apart, make_task, uniforms_of
from benchmarks.page import table_of, write_page
from benchmarks.peers import PEERS, peer, play
from benchmarks.report import Asked, Results
from benchmarks.worlds import DAYS

from samizdat import Scenario, Simulation, verify
from samizdat.cli import main
from samizdat.system.roofline import (
    TOUCHED,
    Timing,
    bytes_touched,
    copy_seconds,
    describe_machine,
    gather_seconds,
)

PAGE = Path(__file__).parents[2] / "docs" / "decisions" / "13-benchmarks.md"
RECORD = PAGE.parents[2] / "results" / "benchmarks"
BEGIN, END = "<!-- touched:begin -->\n", "<!-- touched:end -->"


def touched_table() -> str:
    """What stands between the markers of the page."""
    rows = [(t.part, t.per, t.read, t.written, t.what) for t in TOUCHED]
    head = ["pass", "for each", "read", "written", "what"]
    return "\n" + "\n".join(table_of(head, rows)) + "\n\n"


def test_the_page_lists_the_bytes_that_are_counted():
    text = PAGE.read_text(encoding="utf-8")
    assert text.split(BEGIN)[1].split(END)[0] == touched_table()


def test_more_bytes_are_touched_where_more_are_aware_and_speak():
    quiet, aware, spoke_bits = bytes_touched(), bytes_touched(0.3), bytes_touched(0.3, 0.5, 1.3)
    assert quiet.total < aware.total < spoke_bits.total
    assert quiet.total == sum(t.read + t.written for t in TOUCHED if t.per == "citizen")


def test_a_timing_is_median_least_and_most():
    assert Timing.of([3.0, 1.0, 2.0]) == (2.0, 1.0, 3.0, 3)


@pytest.mark.parametrize("threads", [1, 2])
def test_reference_timings_take_time(threads):
    assert copy_seconds(100_001, threads, 2).least > 0
    assert gather_seconds(1001, 1, threads, 2).least > 0
    assert gather_seconds(1001, 2, threads, 2).least > 0


def test_the_machine_is_described_without_its_name():
    import platform

    assert re.search(r"\d+ cores, \d+ GB$", describe_machine())
    assert platform.node() not in describe_machine() or platform.node() in ("", "localhost")


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_days_are_of_their_kind(day):
    days.one_run(day, 20_000, 1, None, timed=3)  # an error if other shares are aware or speak


def test_a_day_of_another_kind_is_an_error():
    with pytest.raises(RuntimeError, match="quiet: 30"):
        days.check(DAYS["quiet"], 0.3, 0.0, 10**6)
    with pytest.raises(RuntimeError, match="voices_10"):
        days.check(DAYS["voices_10"], 0.3, 0.0, 10**6)


@pytest.mark.parametrize("name", ["scipy_sparse", "mesa_lists"])
def test_peers_that_do_the_task_do_it_alike_given_the_same_draws(name):
    task = make_task(400)
    ours = peer("samizdat_1").play(task).active
    assert peer(name).play(task, uniforms_of(task)).active == ours
    assert ours[10] < ours[50] < ours[-1]  # it spreads over all steps


def test_peers_agree_in_the_mean_given_their_own_draws():
    # The largest of 200 correlated differences exceeds five errors once in some 10^4 times.
    assert furthest_apart(curves(make_task(500, steps=60), 12)) < 5


def test_a_peer_that_is_absent_is_said_so(monkeypatch):
    monkeypatch.setitem(PEERS, "nobody", "nobody")
    assert "nobody" in play("nobody", ".", 1, 1)["absent"]


def test_a_cell_is_a_process_of_its_own_and_says_what_it_held():
    answer = cell.measured("benchmarks.trial:double", limit=60, number=2)
    assert answer["double"] == 4
    assert answer["peak_bytes"] > 1_000_000
    with pytest.raises(cell.CellError, match="ValueError: number = -1"):
        cell.measured("benchmarks.trial:double", limit=60, number=-1)


def test_a_page_is_made_of_what_was_measured(tmp_path):
    results = Results(Asked(citizens=3000), tmp_path)
    kinds = [DAYS["quiet"], DAYS["voices_10"]]
    results.write("days", days.measure(kinds, 3000, (1,), 1))
    text = write_page(results).read_text(encoding="utf-8")
    assert "10 % speaking, N = 3,000 (wanted at 17,000,000)" in text
    assert "common task, N = 1,000,000, over starsim | 10 x | not measured" in text
    assert results.manifest()["days"]["versions"]["samizdat"]
    assert verify(tmp_path).wrong == verify(tmp_path).notes == []
    results.write("days", results.read("days"))
    assert [line.split(":")[0] for line in verify(tmp_path).notes] == ["README.md"]
    (tmp_path / "days.csv").write_text("day\nquiet\n")
    assert verify(tmp_path).wrong == ["days.csv: has changed since it was written"]


def test_the_figures_on_record_are_those_that_were_written():
    found = verify(RECORD)
    assert found.wrong == found.notes == []


def test_a_folder_of_other_figures_is_refused_before_anything_runs(tmp_path, capsys):
    (tmp_path / "manifest.json").write_text("{}\n", encoding="utf-8")
    assert run_parts(["days", "--out", str(tmp_path)]) == 2
    assert "manifest.json: carries no digest" in capsys.readouterr().err


def test_parts_are_run_by_name():
    parts, asked, _ = parse(["growth", "--up-to", "10", "--threads", "1"])
    assert (parts, asked.up_to, asked.threads) == (["growth"], 10, (1,))
    everything, quick, out = parse(["--quick"])
    assert [*everything, *NAMED] == list(PARTS)
    assert quick.quick
    assert out != parse([])[2]  # a quick run replaces no figures


def test_the_record_of_protests_is_told_by_the_names_of_a_run():
    record = of_record()
    assert sum(YEARLY.values()) == sum(LENGTHS.values()) == 35
    assert len(YEARLY) == 11
    assert record["protests a year"] == pytest.approx(35 / 11)
    assert record["variance / mean of the years"] == pytest.approx(1.434, abs=1e-3)
    assert record["last one day, %"] == pytest.approx(31 / 35 * 100)
    scenario = Scenario.load("kazakhstan_arrivals").change({"citizens": 500})
    run = of_run(Simulation(scenario, threads=1).run())
    assert record.keys() <= run.keys()
    assert run["grievances a year"] > 0


def test_samizdat_bench_prints_ratios(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["bench", "--citizens", "3000", "--threads", "1"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert re.search(r"quiet day +1 thread\(s\) +[\d.]+ ns .* x copying \d+ bytes", said)
    assert re.search(r"would hold about [\d,]+ citizens with 13 ties each", said)


@pytest.mark.parametrize(
    ("words", "named"),
    [(["--citizens", "3"], "citizens = 3"), (["--threads", "0"], "threads = 0"),
     (["--citizens", "-1"], "citizens")],
)  # fmt: skip
def test_samizdat_bench_refuses_in_one_line(words, named, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["bench", *words])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert named in said
    assert said.count("\n") == 1


def test_figures_are_finite_and_positive():
    table = days.measure([DAYS["voices_1"]], 3000, (1,), 1)
    numbers = table.select_dtypes("number").drop(columns=["voices", "aware"]).to_numpy()
    assert np.all(np.isfinite(numbers))
    assert np.all(numbers > 0)


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(before + BEGIN + touched_table() + END + after, encoding="utf-8")
