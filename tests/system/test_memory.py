"""Memory is asked for before it is taken."""

import re
from pathlib import Path

import numpy as np
import pytest

from samizdat import Graph, Scenario, Simulation
from samizdat.cli import main
from samizdat.core.layout import Ties
from samizdat.run import building, population_cache
from samizdat.scenario.schema import ScenarioError
from samizdat.society.graph_shape import mean_degree
from samizdat.system import memory
from worlds import town

GB = 10**9


@pytest.fixture
def little(monkeypatch):
    """A machine with 2 GB left, and nothing cached in memory."""
    population_cache.IN_PROCESS.clear()
    monkeypatch.setattr(memory, "available", lambda: (2 * GB, "cgroup limit"))


# What is needed


def test_the_bytes_of_a_citizen_are_those_of_her_arrays():
    n = 20_000
    simulation = Simulation(town(n), 3)
    each = memory.bytes_per_unit()
    world = simulation._world
    assert sum(array.nbytes for array in world.traits) == each.traits * n
    state = sum(array.nbytes for array in world.state)
    assert state == pytest.approx(each.state * n, rel=0.01)  # blocks may be padded
    start, close, neighbour = world.ties
    assert start.nbytes + close.nbytes == pytest.approx(each.rows * n, rel=0.001)  # n + 1 offsets
    assert neighbour.nbytes == each.end * simulation.graph.mean_degree * n


def test_the_bytes_documented_are_those_taken():
    each = memory.bytes_per_unit()
    page = (Path(__file__).parents[2] / "docs/decisions/11-people-at-scale.md").read_text()
    for name, value in each._asdict().items():
        assert re.search(rf"^\| {name} .*\| {value:g} \|$", page, re.M), name


def test_what_is_needed_covers_what_stands():
    n = 50_000
    simulation = Simulation(town(n), 3)
    world = simulation._world
    standing = sum(a.nbytes for part in (world.ties, world.traits, world.state) for a in part)
    for threads in (1, 2, 16):
        need = memory.needed(n, 13.0, threads) - memory.needed(0, 13.0, threads)
        assert standing < need < 2 * standing + threads * 120 * n


@pytest.mark.parametrize("kind", ["social", "erdos_renyi", "watts_strogatz", "barabasi_albert",
                                  "configuration", "ring", "lattice", "none"])  # fmt: skip
def test_the_mean_degree_is_known_beforehand(kind):
    scenario = town(3_000).change({"graph.kind": kind})
    expected = mean_degree(kind, scenario.graph_shape)
    assert Simulation(scenario, 3).graph.mean_degree == pytest.approx(expected, rel=0.03, abs=0.01)


def test_what_is_there_already_is_not_needed_again():
    both, ties, traits, none = (
        memory.needed(10**7, 13.0, 2, ties=a, traits=b)
        for a, b in ((True, True), (True, False), (False, True), (False, False))
    )
    assert none < min(ties, traits) <= max(ties, traits) < both


@pytest.mark.parametrize("room", [3 * GB, 24 * GB, 500 * GB])
def test_the_largest_that_fits_just_fits(room):
    most = memory.largest(room, 13.0, 2)
    assert memory.needed(most, 13.0, 2) <= room
    assert most == 2**31 - 1 or memory.needed(most + 1, 13.0, 2) > room


def test_nothing_fits_into_nothing():
    assert memory.largest(0, 13.0) == 0


# What there is


def test_this_machine_has_memory():
    room, whose = memory.available()
    assert room > 10**6
    assert whose in {"free memory", "cgroup limit", "limit of the process"}


def group(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(f"{text}\n")


def process(tmp_path, path, root, mount, version):
    """Describe a process in a control group, as /proc does."""
    folder = tmp_path / "proc"
    folder.mkdir()
    line = f"0::{path}" if version == 2 else f"9:cpu:/\n4:memory:{path}"
    (folder / "cgroup").write_text(f"{line}\n")
    kind = "cgroup2 cgroup2 rw" if version == 2 else "cgroup cgroup rw,memory"
    (folder / "mountinfo").write_text(
        f"25 24 0:22 / /proc rw - proc proc rw\n33 31 0:30 {root} {mount} rw,relatime - {kind}\n"
    )
    return folder


def left(folder):
    return min((room for room, _ in memory._groups(folder)), default=None)


@pytest.mark.parametrize(
    ("root", "below"), [("/", "jobs/one"), ("/jobs", "one"), ("/jobs/one", "")]
)
def test_the_tightest_group_above_counts(tmp_path, root, below):
    mount = tmp_path / "groups"
    group(mount / below, memory__max=8 * GB, memory__current=GB)
    if below:
        stat = f"anon 5\ninactive_file {GB}\nactive_file {GB}"
        group(mount, memory__max=5 * GB, memory__current=3 * GB, memory__stat=stat)
    folder = process(tmp_path, "/jobs/one", root, mount, 2)
    assert left(folder) == (4 * GB if below else 7 * GB)


def test_a_group_without_limit_sets_none(tmp_path):
    mount = tmp_path / "groups"
    group(mount / "jobs", memory__max="max", memory__current=GB, memory__high="max")
    assert left(process(tmp_path, "/jobs", "/", mount, 2)) is None


def test_where_a_group_is_slowed_down_counts_too(tmp_path):
    mount = tmp_path / "groups"
    group(mount / "jobs", memory__max="max", memory__current=GB, memory__high=3 * GB)
    assert left(process(tmp_path, "/jobs", "/", mount, 2)) == 2 * GB


def test_the_first_version_of_groups_is_read(tmp_path):
    mount = tmp_path / "groups"
    stat = f"inactive_file 5\ntotal_inactive_file {GB}\ntotal_active_file 0"
    group(
        mount / "jobs",
        memory__limit_in_bytes=4 * GB,
        memory__usage_in_bytes=2 * GB,
        memory__stat=stat,
    )
    group(mount, memory__limit_in_bytes=9223372036854771712, memory__usage_in_bytes=9 * GB)
    assert left(process(tmp_path, "/jobs", "/", mount, 1)) == 3 * GB


def test_a_group_that_is_overdrawn_leaves_nothing(tmp_path):
    mount = tmp_path / "groups"
    group(mount / "jobs", memory__max=GB, memory__current=2 * GB)
    assert left(process(tmp_path, "/jobs", "/", mount, 2)) == 0


@pytest.mark.parametrize("text", ["", "nonsense\n", "0::\n", "a:b\n"])
def test_what_cannot_be_read_sets_no_limit(tmp_path, text):
    folder = process(tmp_path, "/jobs", "/", tmp_path / "none", 2)
    (folder / "cgroup").write_text(text)
    assert left(folder) is None


# Refusing


def test_a_world_too_large_is_refused_before_anything_is_made(little, monkeypatch):
    for name in ("graph_of", "traits_of", "new_world"):
        monkeypatch.setattr(building, name, None)
    words = (
        r"^citizens = 90000000: needs about 1[23].* GB, available are 2 GB \(cgroup limit\); "
        r"at most about 1\d,000,000 citizens fit$"
    )
    with pytest.raises(ScenarioError, match=words):
        Simulation(Scenario.load("kazakhstan").change({"citizens": 90_000_000}))


def test_what_fits_is_not_refused(little):
    scenario = Scenario.load("kazakhstan").change({"citizens": 5_000_000})
    population_cache.check_memory(scenario, 1, 2)


def test_a_graph_that_is_brought_is_not_needed_again(little):
    n = 18_000_000
    scenario = Scenario.load("kazakhstan").change({"citizens": n})
    with pytest.raises(ScenarioError):
        population_cache.check_memory(scenario, 1, 2)
    nobody = np.broadcast_to(np.int64(0), n + 1), np.broadcast_to(np.int32(0), n)
    population_cache.check_memory(scenario, 1, 2, Graph(Ties(*nobody, np.empty(0, np.int32))))


def test_small_worlds_do_not_ask(monkeypatch):
    monkeypatch.setattr(memory, "available", None)
    Simulation(town(2_000), 3)


@pytest.mark.parametrize("command", ["run", "compare"])
def test_the_command_refuses_in_one_line(little, capsys, command):
    with pytest.raises(SystemExit) as ended:
        main([command, "kazakhstan", "--citizens", "900_000_000"])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    assert said.err.startswith("samizdat: citizens = 900000000: needs about ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("size", "words"), [(999, "999 bytes"), (2_345, "2.35 kB"), (131e9, "131 GB")]
)
def test_sizes_are_written_for_people(size, words):
    assert memory.in_words(size) == words
