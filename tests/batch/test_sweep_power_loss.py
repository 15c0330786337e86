"""The power fails at any moment of a sweep: what is left is sound, and goes on to the same rows."""

import contextlib

import pytest
from functions import silent
from sweeping import digests, grid, parts_of, read_results, swept

from fake_disk import record, restored
from samizdat.batch.experiment import ExperimentError

TABLE = grid(levels=2, replicates=2, resources={"chunk_runs": 3})


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A sweep in a folder two levels deep, with the power about to fail."""
    there = tmp_path_factory.mktemp("there")
    with pytest.MonkeyPatch.context() as patch:
        disk = record(patch, there)
        swept(there / "deep" / "out", TABLE, silent)
    return disk


def test_what_a_power_cut_leaves_of_a_sweep_is_sound(disk, tmp_path):
    done = set()
    for k, state in enumerate(disk.distinct()):
        out = restored(state, tmp_path / f"{k}") / "deep" / "out"
        if not parts_of(out):  # it had hardly begun
            with contextlib.suppress(ExperimentError):
                assert read_results(out).damaged == []
            continue
        found = read_results(out)
        assert found.damaged == []
        done.add(len(found.table))
    assert done == {3, 6, 8}


def test_a_finished_sweep_stays(disk, tmp_path):
    known = digests(disk.folder / "deep" / "out")
    for k, state in enumerate(disk.after()):
        assert digests(restored(state, tmp_path / f"{k}") / "deep" / "out") == known


def test_after_a_power_cut_the_same_call_ends_the_same(disk, tmp_path):
    known, states = digests(disk.folder / "deep" / "out"), disk.distinct()
    for k, state in enumerate(states[:: max(1, len(states) // 10)]):
        out = restored(state, tmp_path / f"{k}") / "deep" / "out"
        swept(out, TABLE, silent)
        assert digests(out) == known
