"""Populations cached in memory and on disk: results do not depend on it, damage is detected."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from samizdat import Simulation
from samizdat.cli import main
from samizdat.core import jit, step
from samizdat.run import population_cache
from samizdat.run.population_cache import CacheWarning, graph_of, traits_of
from samizdat.scenario.schema import ScenarioError
from samizdat.system.array_store import LIMIT, Store, StoreError, key_of, size_limit
from worlds import run, same_history, same_state, town

N = 3_000


@pytest.fixture
def disk(monkeypatch, tmp_path):
    """An empty cache of one's own, which keeps small populations too."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv(LIMIT, "1G")
    monkeypatch.setattr(population_cache, "ON_DISK_FROM", 0)
    population_cache.IN_PROCESS.clear()
    yield tmp_path / "samizdat" / "people"
    population_cache.IN_PROCESS.clear()


def told(call, *args):
    """Call as a new process would; return the result and the lines told."""
    population_cache.IN_PROCESS.clear()
    lines = []
    return call(*args, notify=lines.append), lines


def equal(one, other):
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def entry_of(disk, what):
    (found,) = (entry for entry in Store(disk, 0).entries() if entry.what.startswith(what))
    return found.path


# What is kept


def test_a_population_read_is_the_one_drawn(disk):
    drawn, lines = told(graph_of, town(N), 5)
    assert lines == []
    read, lines = told(graph_of, town(N), 5)
    assert lines == ["ties of 3,000 citizens: read from the cache"]
    assert equal(drawn.ties, read.ties)
    assert equal(told(traits_of, town(N), 5)[0], told(traits_of, town(N), 5)[0])


def test_a_run_cannot_tell_where_its_population_comes_from(disk):
    runs = []
    for _ in range(2):
        population_cache.IN_PROCESS.clear()
        runs.append(run(town(N)))
    runs.append(run(town(N)))
    assert isinstance(runs[1].graph.ties.start.base, np.memmap)
    for other in runs[1:]:
        assert same_history(runs[0], other)
        assert same_state(runs[0], other)


def test_mapped_arrays_are_to_the_passes_as_any_other(disk):
    graph, traits = graph_of(town(N), 5), traits_of(town(N), 5)
    population_cache.IN_PROCESS.clear()
    mapped = (*graph_of(town(N), 5).ties, *traits_of(town(N), 5))
    for array, known in zip(mapped, (*graph.ties, *traits), strict=True):
        assert type(array) is np.ndarray
        assert array.flags == known.flags or array.flags.carray
    run(town(N), seed=5)
    for name in (
        "listen",
        "feel_and_act",
        "resolve_and_count",
        "hear_by_push",
        "hear_by_pull",
        "mark_speakers",
    ):
        assert len(getattr(step, name).signatures) == 1, name


def test_what_is_known_of_a_graph_is_kept_with_it(disk):
    first = town(N).region_first
    drawn = told(graph_of, town(N), 5)[0]
    read = told(graph_of, town(N), 5)[0]
    fresh = type(read)(read.ties)
    assert read.known
    assert read.digest() == drawn.digest() == fresh.digest()
    assert read.measures(first) == drawn.measures(first) == fresh.measures(first)
    assert read.measures() == fresh.measures()
    halves = np.array([0, N // 2, N])
    assert read.measures(halves) == fresh.measures(halves)


DIFFERENT = {
    "seed": (town(N), 6),
    "citizens": (town(N + 1), 5),
    "shape": (town(N, graph__homophily=0.5), 5),
    "kind": (town(N).change({"graph.kind": "ring"}), 5),
}


@pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
def test_another_graph_is_not_mistaken_for_this_one(disk, other):
    graph = graph_of(town(N), 5)
    for _ in range(2):
        assert not equal(graph.ties, graph_of(*other).ties)
        population_cache.IN_PROCESS.clear()


@pytest.mark.parametrize(
    "change",
    [{"population.threshold.mean": 0.4}, {"instigators": 0.1}, {"adoption_correlation": 0.0}],
)
def test_other_traits_are_not_mistaken_for_these(disk, change):
    other = town(N).change(change)
    traits = traits_of(town(N), 5)
    for _ in range(2):
        assert not equal(traits, traits_of(other, 5))
        population_cache.IN_PROCESS.clear()


def test_the_regime_and_the_rules_share_a_population(disk):
    graph = graph_of(town(N), 5)
    assert graph_of(town(N, attention__beta=0.3).under("open"), 5) is graph


def test_runs_never_write_to_the_population_that_they_share(disk):
    graph, traits = graph_of(town(N), 3), traits_of(town(N), 3)
    before = [array.tobytes() for array in (*graph.ties, *traits)]
    given = Simulation(town(N), 3, traits={"threshold": np.zeros(N)}).run()
    assert given.state["threshold"].max() == 0
    run(town(N))
    assert [array.tobytes() for array in (*graph.ties, *traits)] == before


def test_a_population_kept_in_memory_is_neither_named_nor_read_again(monkeypatch):
    scenario = town(2_000)
    graph, traits = graph_of(scenario, 1), traits_of(scenario, 1)

    def touched(*_arguments, **_keywords):
        raise AssertionError("it was in memory")

    for name in ("key_of", "_disk", "_read", "_write"):
        monkeypatch.setattr(population_cache, name, touched)
    assert graph_of(scenario, 1) is graph
    assert traits_of(scenario, 1) is traits


def test_memory_keeps_what_was_used_last(monkeypatch):
    population_cache.IN_PROCESS.clear()
    graphs = [graph_of(town(300), seed) for seed in range(3)]
    size = sum(array.nbytes for array in graphs[0].ties)
    assert graph_of(town(300), 0) is graphs[0]
    monkeypatch.setattr(population_cache, "IN_MEMORY", 3 * size)
    graph_of(town(300), 3)
    assert graph_of(town(300), 0) is graphs[0]
    assert graph_of(town(300), 1) is not graphs[1]
    population_cache.IN_PROCESS.clear()


# Damage


def damaged(path, at=-1):
    data = bytearray(path.read_bytes())
    data[at] ^= 16
    path.write_bytes(data)


DAMAGE = {
    "a bit in an array": lambda entry: damaged(entry / "neighbour.npy"),
    "a bit in the offsets": lambda entry: damaged(entry / "start.npy", 200),
    "a bit in the header": lambda entry: damaged(entry / "header.json", 60),
    "an array cut short": lambda entry: os.truncate(entry / "close.npy", 1_000),
    "an empty array": lambda entry: os.truncate(entry / "close.npy", 0),
    "an array missing": lambda entry: (entry / "start.npy").unlink(),
    "no header": lambda entry: (entry / "header.json").unlink(),
    "an empty header": lambda entry: os.truncate(entry / "header.json", 0),
    "another header": lambda entry: (entry / "header.json").write_text("[1, 2]"),
    "a header of bytes": lambda entry: (entry / "header.json").write_bytes(b"\xff\xfe"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_is_drawn_again(disk, damage):
    drawn = graph_of(town(N), 5)
    damage(entry_of(disk, "ties"))
    again, lines = told(graph_of, town(N), 5)
    assert equal(drawn.ties, again.ties)
    (line,) = lines
    assert "was damaged" in line
    assert told(graph_of, town(N), 5)[1] == ["ties of 3,000 citizens: read from the cache"]


def test_from_python_damage_is_a_warning(disk):
    graph_of(town(N), 5)
    damaged(entry_of(disk, "ties") / "close.npy")
    population_cache.IN_PROCESS.clear()
    with pytest.warns(CacheWarning, match=r"ties .* was damaged \(close: wrong checksum\)"):
        graph_of(town(N), 5)


def test_a_half_written_entry_is_never_read(disk, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        graph, lines = told(graph_of, town(N), 5)
    assert graph.citizens == N
    assert lines == [f"the ties of 3,000 citizens are not cached: {disk}: no space left on device"]
    assert list(disk.iterdir()) == []


# The folder


def test_the_folder_is_for_its_user_alone(disk):
    graph_of(town(N), 5)
    assert stat.S_IMODE(disk.stat().st_mode) == 0o700
    disk.chmod(0o755)
    graph_of(town(N), 6)
    assert stat.S_IMODE(disk.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_one_line(disk):
    disk.parent.parent.joinpath("samizdat").write_text("a file")
    graph, lines = told(graph_of, town(N), 5)
    assert graph.citizens == N
    (line,) = lines
    assert line.startswith("the ties of 3,000 citizens are not cached: ")


def test_small_populations_are_not_written(disk, monkeypatch):
    monkeypatch.setattr(population_cache, "ON_DISK_FROM", 200_000)
    graph_of(town(N), 5)
    assert not disk.exists()


def test_the_least_recently_used_goes(disk, monkeypatch):
    for seed in (1, 2, 3):
        told(graph_of, town(N), seed)
        told(graph_of, town(N), 1)
    size = max(entry.bytes for entry in Store(disk, 0).entries())
    monkeypatch.setenv(LIMIT, str(int(3.1 * size)))
    told(graph_of, town(N), 4)
    kept = "ties of 3,000 citizens: read from the cache"
    assert [told(graph_of, town(N), seed)[1] for seed in (1, 3, 4)] == [[kept]] * 3
    assert len(Store(disk, 0).entries()) == 3
    assert told(graph_of, town(N), 2)[1] != [kept]


def test_what_exceeds_the_limit_is_not_kept(disk, monkeypatch):
    monkeypatch.setenv(LIMIT, "100K")
    _, lines = told(graph_of, town(N), 5)
    (line,) = lines
    assert "more than SAMIZDAT_CACHE_LIMIT = 100,000 allows" in line
    monkeypatch.setenv(LIMIT, "0")
    assert told(graph_of, town(N), 5)[1] == []


@pytest.mark.parametrize(
    ("text", "size"),
    [("", 8e9), ("0", 0), ("500M", 5e8), ("8g", 8e9), ("1.5T", 1.5e12), (" 77 ", 77)],
)
def test_limits_are_read(monkeypatch, text, size):
    monkeypatch.setenv(LIMIT, text)
    assert size_limit() == size


@pytest.mark.parametrize("text", ["lots", "-1", "8GB", "G", "nan", "1e30", "0x10", "inf"])
def test_limits_that_are_none_are_one_line(disk, monkeypatch, text):
    monkeypatch.setenv(LIMIT, text)
    with pytest.raises(ScenarioError, match=r"^SAMIZDAT_CACHE_LIMIT = .* is not a size: bytes, or"):
        graph_of(town(N), 5)


def test_abandoned_halves_are_swept(disk):
    graph_of(town(N), 5)
    old, new = disk / ".partial-old", disk / ".partial-new"
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    graph_of(town(N), 6)
    assert not old.exists()
    assert new.exists()


def test_the_key_is_the_digest_of_its_parts():
    assert key_of([1, {"a": 2, "b": 3}]) == key_of([1, {"b": 3, "a": 2}])
    assert key_of([1, {"a": 2}]) != key_of([1, {"a": 2.5}])


def test_arrays_without_entries_are_kept(tmp_path):
    store = Store(tmp_path / "people", 10**6)
    store.save("0" * 32, "nothing", {"a": np.empty(0, np.int32)}, {"b": [1]})
    arrays, facts = store.load("0" * 32)
    assert arrays["a"].size == 0
    assert facts == {"b": [1]}
    assert np.load(tmp_path / "people" / ("0" * 32) / "a.npy").dtype == np.int32


def test_the_second_of_two_who_write_at_once_gives_way(tmp_path):
    store, key = Store(tmp_path / "people", 10**6), "1" * 32
    for value in (1, 2):
        store.save(key, "ones", {"a": np.full(10, value)}, {})
    assert store.load(key)[0]["a"].tolist() == [1] * 10
    assert len(list((tmp_path / "people").iterdir())) == 1


def test_a_mapped_population_outlives_its_entry(tmp_path):
    store, key = Store(tmp_path / "people", 10**6), "1" * 32
    store.save(key, "ones", {"a": np.ones(10_000)}, {})
    mapped = store.load(key)[0]["a"]
    store.clear()
    assert mapped.sum() == 10_000
    assert store.load(key) is None


def test_what_is_written_to_a_mapped_array_stays_in_its_process(tmp_path):
    store, key = Store(tmp_path / "people", 10**6), "1" * 32
    store.save(key, "ones", {"a": np.ones(10)}, {})
    store.load(key)[0]["a"][:] = 7
    assert store.load(key)[0]["a"].sum() == 10


def test_nothing_foreign_is_removed(tmp_path):
    store = Store(tmp_path, 10**6)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "draft.txt").write_text("irreplaceable")
    store.save("2" * 32, "ones", {"a": np.ones(10)}, {})
    store.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis"]


def test_a_store_refuses_the_folder_of_another_user(tmp_path, monkeypatch):
    (tmp_path / "people").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(StoreError, match="belongs to another user"):
        Store(tmp_path / "people", 10**6).save("2" * 32, "ones", {"a": np.ones(10)}, {})


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from samizdat.run import population_cache
from worlds import town
population_cache.ON_DISK_FROM = 0
for seed in range(4):
    population_cache.IN_PROCESS.clear()
    print(population_cache.graph_of(town(3000), seed, notify=lambda line: None).digest())
    if seed == int(sys.argv[2]):
        population_cache.disk_cache().clear()
"""


@pytest.mark.slow
def test_processes_share_the_folder(disk):
    here = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", PROGRAM, here]
    compiled = jit._FOLDER.parent  # `disk` has another folder for what is cached
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(compiled)}
    started = [
        subprocess.Popen([*command, str(k)], stdout=subprocess.PIPE, env=environment)
        for k in range(3)
    ]
    found = {process.communicate(timeout=300)[0] for process in started}
    assert len(found) == 1
    assert all(process.returncode == 0 for process in started)


# The command


def call(*args):
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return ended.value.code


def test_the_command_lists_and_clears(disk, capsys):
    assert call("run", "town", "--citizens", N, "--until", "2014-03-02", "--quiet") == 0
    assert call("cache") == 0
    out = capsys.readouterr().out
    assert str(disk) in out
    assert "2 cached" in out
    assert "ties of 3,000 citizens" in out
    assert "traits of 3,000 citizens" in out
    assert call("cache", "--clear") == 0
    assert list(disk.iterdir()) == []
    assert call("cache") == 0
    assert "0 cached" in capsys.readouterr().out


def test_the_command_says_what_it_reads(disk, capsys):
    for _ in range(2):
        population_cache.IN_PROCESS.clear()
        assert call("run", "town", "--citizens", N, "--until", "2014-03-02") == 0
    assert "ties of 3,000 citizens: read from the cache" in capsys.readouterr().err


def test_a_limit_that_is_none_is_refused(disk, monkeypatch, capsys):
    monkeypatch.setenv(LIMIT, "plenty")
    for args in (("run", "town"), ("cache",)):
        population_cache.IN_PROCESS.clear()
        assert call(*args) == 2
        err = capsys.readouterr().err
        assert err.startswith("samizdat: SAMIZDAT_CACHE_LIMIT = 'plenty' is not a size")
        assert err.count("\n") == 1


def test_the_header_can_be_read_by_anything(disk):
    graph_of(town(N), 5)
    header = json.loads((entry_of(disk, "ties") / "header.json").read_text())
    assert header["body"]["arrays"]["start"]["dtype"] == "<i8"
    assert header["body"]["facts"]["measures"]["citizens"] == N
