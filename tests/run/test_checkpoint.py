"""A simulation that was put down and taken up is the one that never paused, bit for bit."""

import errno
import json
import math
import shutil

import numpy as np
import pytest
from recording import write_newest

from new_levers import MartialLaw, put_in_place
from samizdat import Scenario, Simulation
from samizdat.core.layout import DYNAMIC, FOREIGN
from samizdat.regime.orders import Order, RegimeState
from samizdat.run import checkpoint, digests
from samizdat.run.checkpoint import CheckpointError
from samizdat.scenario.shipped import shipped
from samizdat.society.graphs import Graph
from samizdat.system import archive
from samizdat.system.archive import DamagedError, read_archive, write_archive
from worlds import run, same_history, same_state, town


def paused(simulation, steps, path, **given):
    """Step on, put it down, and take it up from the file."""
    for _ in range(steps):
        simulation.step()
    simulation.save(path)
    return Simulation.restore(path, **given)


def assert_same(a, b):
    """Check all that can be seen of two simulations."""
    assert a.step_number == b.step_number
    assert same_state(a, b)
    assert same_history(a, b)
    assert a.nation.equals(b.nation)
    assert a.summary == b.summary
    assert a.counts == b.counts
    assert a.bands.equals(b.bands)
    assert a.environment.regime_state == b.environment.regime_state
    assert a.rallies.to_table() == b.rallies.to_table()
    assert np.array_equal(a.signals, b.signals)


@pytest.mark.parametrize("steps", [0, 1, 9, 19, 31, 59, 60])
def test_a_restored_run_goes_on_bit_for_bit(tmp_path, steps):
    one = Simulation(town(), seed=3)
    two = paused(one, steps, tmp_path / "run.npz")
    assert_same(one, two)
    while not one.finished:
        one.step()
        two.step()
        assert one.state.keys() == two.state.keys()
        for name in one.state:
            assert np.array_equal(one.state[name], two.state[name]), (one.step_number, name)
    assert_same(one, two)
    assert_same(two, run(town()))


def test_threads_may_change_on_the_way(tmp_path):
    two = paused(Simulation(town(12_000), seed=3, threads=1), 21, tmp_path / "a", threads=3)
    three = paused(two, 9, tmp_path / "b", threads=2)
    assert_same(three.run(), run(town(12_000), threads=1))


@pytest.mark.parametrize(
    ("name", "citizens", "date"),
    [
        pytest.param("kazakhstan", 900, "2011-12-17", marks=pytest.mark.slow),
        ("zhanaozen", 2000, "2011-12-17"),
        ("land_protests", 2000, "2016-05-20"),
    ],
)
def test_every_world_can_be_put_down_amid_its_events(tmp_path, name, citizens, date):
    world = Scenario.load(name).change({"citizens": citizens})
    one = Simulation(world, seed=2)
    while str(one.date) < date:
        one.step()
    two = paused(one, 0, tmp_path / "run.npz")
    assert_same(one, two)
    assert_same(one.run(), two.run())


def test_what_the_state_remembers_is_kept(tmp_path):
    triggers = {
        "blocking.trigger_posts": 0.002,
        "blocking.duration": 20,
        "blackout.trigger": 0.002,
        "violence.trigger": 0.002,
        "violence.patience_days": 3,
        "violence.window_days": 14,
        "concession.trigger": 0.002,
        "concession.patience_days": 4,
        "concession.window_days": 30,
        "regime.actions": "both",
    }
    world = town(2000).change(triggers)
    one = Simulation(world, seed=1)
    for k in range(12, 36, 3):
        while one.step_number < k:
            one.step()
        assert_same(paused(one, 0, tmp_path / "run.npz").run(), run(world, seed=1))
    assert one.environment.regime_state.orders
    assert one.environment.regime_state.conceded
    assert one.environment.regime_state.recent.keys() == {"violence", "concession"}


def test_steps_of_half_a_day_can_be_put_down(tmp_path):
    world = town(step_days=0.5)
    assert_same(paused(Simulation(world, seed=3), 45, tmp_path / "run.npz").run(), run(world))


def test_the_scenario_comes_back_whole():
    for name in shipped():
        world = Scenario.load(name).change({"attention.beta": 0.3})
        table = json.loads(json.dumps(world.to_table()))
        again = Scenario.from_table(table, name)
        assert digests.scenario_digest(again) == digests.scenario_digest(world)
        assert again.parameters == world.parameters
        pinned_otherwise = Scenario.from_table({**table, "pinned": []}, name)
        assert digests.scenario_digest(pinned_otherwise) != digests.scenario_digest(world)


def test_memory_comes_back_whole():
    memory = RegimeState(
        [Order("blackout", 3, 0.1, math.inf, 5, True, 0.3, True, "dated")],
        {"violence": [0.1, 2.0]},
        {"closure": 12.5},
    )
    assert RegimeState.from_table(json.loads(json.dumps(memory.to_table()))) == memory


def test_given_traits_and_graph_must_be_given_again(tmp_path):
    rng = np.random.default_rng(5)
    graph = Graph.from_edges(400, np.arange(399), np.arange(1, 400))
    given = {"graph": graph, "traits": {"threshold": rng.random(400)}}
    one = Simulation(town(), seed=3, **given)
    two = paused(one, 20, tmp_path / "run.npz", **given)
    assert_same(one.run(), two.run())
    with pytest.raises(CheckpointError, match="another graph"):
        Simulation.restore(tmp_path / "run.npz", traits=given["traits"])
    with pytest.raises(CheckpointError, match="another set of traits"):
        Simulation.restore(tmp_path / "run.npz", graph=graph)
    forced = Simulation.restore(tmp_path / "run.npz", graph=graph, force=True)
    assert forced.step_number == 20


def test_another_source_is_refused_unless_forced(tmp_path, monkeypatch):
    paused(Simulation(town(), seed=3), 20, tmp_path / "run.npz")
    monkeypatch.setattr(digests, "model_digest", lambda: "another")
    with pytest.raises(CheckpointError, match="another source"):
        Simulation.restore(tmp_path / "run.npz")
    forced = Simulation.restore(tmp_path / "run.npz", force=True)
    assert_same(forced.run(), run(town()))


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("core/passes/act.py", True),
        ("core/mechanisms/fear.py", True),
        ("run/environment.py", True),
        ("regime/levers.py", True),
        ("society/population.py", True),
        ("society/graphs.py", True),
        ("run/simulation.py", True),
        ("scenario/adoption.py", True),
        ("a_new_file.py", True),
        ("cli/run.py", False),
        ("figures/panels.py", False),
        ("system/files.py", False),
        ("run/records.py", True),
        ("mesa_model.py", False),
    ],
)
def test_the_digest_of_the_model_covers_what_can_change_a_result(
    tmp_path, monkeypatch, file, counts
):
    here = digests.SOURCE
    copy = tmp_path / "samizdat"
    shutil.copytree(here, copy, ignore=shutil.ignore_patterns("__pycache__"))
    original = digests.model_digest()
    monkeypatch.setattr(digests, "SOURCE", copy)
    assert digests.model_digest() == original
    with (copy / file).open("a") as source:
        source.write("\n# changed\n")
    assert (digests.model_digest() != original) == counts


def test_only_what_changes_is_kept(tmp_path):
    """21 bytes a citizen, besides what is counted a day and region."""
    size = {}
    for citizens in (2_000, 22_000):
        paused(Simulation(town(citizens), seed=3), 3, tmp_path / "run.npz")
        size[citizens] = (tmp_path / "run.npz").stat().st_size
    assert 20.9 < (size[22_000] - size[2_000]) / 20_000 < 21.1
    with np.load(tmp_path / "run.npz", allow_pickle=False) as content:
        rows = {"signals", "tallies", "actions", "rallies", "latent", "blocked_anywhere"}
        rows |= {"arrivals", "threat"}
        assert set(content.files) == {"facts.json", *DYNAMIC, *rows}
        assert all(content[name].dtype != object for name in (*DYNAMIC, *rows))


def test_equal_runs_leave_equal_bytes(tmp_path):
    paused(Simulation(town(), seed=3), 20, tmp_path / "a")
    paused(paused(Simulation(town(), seed=3), 7, tmp_path / "b"), 13, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_any_changed_byte_is_noticed(tmp_path):
    path = tmp_path / "small.npz"
    write_archive(path, {"a": 1}, {"x": np.arange(20, dtype=np.uint16)})
    facts, arrays = read_archive(path)
    assert facts == {"a": 1}
    assert arrays["x"].tolist() == list(range(20))
    whole = path.read_bytes()
    for place in range(len(whole)):
        for bit in (1, 128):
            damaged = bytearray(whole)
            damaged[place] ^= bit
            path.write_bytes(damaged)
            with pytest.raises(DamagedError):
                read_archive(path)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 500, -64, -1])
def test_a_file_cut_short_is_noticed(tmp_path, length):
    path = tmp_path / "run.npz"
    Simulation(town(), seed=3).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:length])
    with pytest.raises(DamagedError, match="damaged or cut short"):
        checkpoint.read(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(DamagedError, match="damaged or cut short"):
        checkpoint.read(path)


def test_other_files_are_no_checkpoints(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.arange(100))
    with pytest.raises(DamagedError):
        Simulation.restore(tmp_path / "other.npz")
    write_archive(tmp_path / "later.npz", {"format": 99}, {})
    with pytest.raises(CheckpointError, match="format = 99"):
        Simulation.restore(tmp_path / "later.npz")
    with pytest.raises(FileNotFoundError):
        Simulation.restore(tmp_path / "none.npz")


def test_arrays_that_do_not_fit_are_refused_even_by_force(tmp_path):
    path = tmp_path / "run.npz"
    paused(Simulation(town(), seed=3), 5, path)
    facts, arrays = read_archive(path)
    for name, other in (
        ("fear", arrays["fear"].astype(np.float64)),
        ("voice", arrays["voice"][:-1]),
        ("tallies", arrays["tallies"][:, :, :-1]),
    ):
        write_archive(path, facts, {**arrays, name: other})
        with pytest.raises(CheckpointError, match=f"{name} does not fit"):
            Simulation.restore(path, force=True)
    write_archive(path, facts, {name: a for name, a in arrays.items() if name != "trust"})
    with pytest.raises(CheckpointError, match="trust does not fit"):
        Simulation.restore(path)


def test_no_object_is_ever_unpickled(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        write_archive(tmp_path / "run.npz", {}, {"x": np.array([{}])})
    assert not list(tmp_path.iterdir())


def stepped(folder, *steps):
    """Write checkpoints at these steps into a folder."""
    simulation = Simulation(town(60), seed=3)
    for k in steps:
        while simulation.step_number < k:
            simulation.step()
        write_newest(folder, simulation.step_number, simulation.save)
    return simulation


def names_in(folder):
    return sorted(path.name for path in (folder / checkpoint.FOLDER).iterdir())


def test_the_last_two_are_kept(tmp_path):
    stepped(tmp_path, 2, 4, 6, 8)
    assert names_in(tmp_path) == ["step-000000006.npz", "step-000000008.npz"]
    found, complaints = checkpoint.latest(tmp_path)
    assert found.step == 8
    assert not complaints


def test_a_damaged_one_is_passed_over_and_goes_with_the_next(tmp_path):
    stepped(tmp_path, 4, 6, 8)
    newest = tmp_path / checkpoint.FOLDER / "step-000000008.npz"
    newest.write_bytes(newest.read_bytes()[:-100])
    found, complaints = checkpoint.latest(tmp_path)
    assert found.step == 6
    assert "step-000000008.npz: damaged" in complaints[0]
    stepped(tmp_path, 7)
    assert names_in(tmp_path) == ["step-000000006.npz", "step-000000007.npz"]


def test_a_failed_write_leaves_the_one_before(tmp_path, monkeypatch):
    simulation = stepped(tmp_path, 4, 6)

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    simulation.step()
    monkeypatch.setattr(archive.npy, "write_array", full)
    with pytest.raises(OSError, match=r"no checkpoint could be written.*no space left"):
        write_newest(tmp_path, simulation.step_number, simulation.save)
    assert names_in(tmp_path) == ["step-000000004.npz", "step-000000006.npz"]
    assert checkpoint.latest(tmp_path)[0].step == 6


def test_what_a_killed_process_left_is_swept_away(tmp_path):
    stepped(tmp_path, 4)
    (tmp_path / checkpoint.FOLDER / ".step-000000005.npz.partial").write_bytes(b"half")
    assert checkpoint.latest(tmp_path)[0].step == 4
    stepped(tmp_path, 6)
    assert names_in(tmp_path) == ["step-000000004.npz", "step-000000006.npz"]


def test_clearing_leaves_what_is_not_ours(tmp_path):
    stepped(tmp_path, 4)
    (tmp_path / checkpoint.FOLDER / "notes.txt").write_text("mine")
    checkpoint.clear(tmp_path)
    assert names_in(tmp_path) == ["notes.txt"]
    (tmp_path / checkpoint.FOLDER / "notes.txt").unlink()
    checkpoint.clear(tmp_path)
    assert not list(tmp_path.iterdir())
    checkpoint.clear(tmp_path)


EVERY_LEVER = {  # a town in which each lever acts, by rule
    "regime.actions": "rule",
    "flooding": 0.2,
    "preempt": 0.05,
    "ban.on": 1,
    "blocking.trigger_posts": 0.002,
    "blocking.trigger_street": 0.002,
    "blackout.trigger": 0.002,
    "violence.trigger": 0.002,
    "violence.patience_days": 2,
    "concession.trigger": 0.001,
    "concession.patience_days": 3,
}
MARTIAL_LAW = {
    "rally.on": 0,
    "regime.actions": "rule",
    "violence.on": 1,
    "violence.trigger": 0.002,
    "violence.patience_days": 1,
    "violence.duration": 2,
    "martial_law": 0.9,
}


def seen_on(simulation):
    """What there is of one day, by name, in bytes."""
    environment = simulation.environment
    memory = np.array(json.dumps([environment.to_table(), simulation.rallies.to_table()]))
    arrays = {"signals": simulation.signals, "tallies": simulation.history.last, "memory": memory}
    return {name: array.tobytes() for name, array in (arrays | simulation.state).items()}


def days_of(scenario, seed):
    """An unbroken run: what there is of each day, and the signals (days, R)."""
    simulation, days, signals = Simulation(scenario, seed=seed, threads=1), [], []
    while not simulation.finished:
        simulation.step()
        days.append(seen_on(simulation))
        signals.append(simulation.signals.copy())
    return days, np.array(signals)


def assert_goes_on(scenario, seed, path):
    """Save and restore on every day, and take two steps: they are those of the unbroken run."""
    unbroken, signals = days_of(scenario, seed)
    one = Simulation(scenario, seed=seed, threads=1)
    for k in range(len(unbroken)):
        one.save(path)
        again = Simulation.restore(path, threads=1)
        for expected in unbroken[k : k + 2]:
            again.step()
            for name, content in seen_on(again).items():
                assert content == expected[name], (k, again.date, name)
        one.step()
    return signals


def test_with_every_lever_a_run_goes_on_from_every_day(tmp_path):
    signals = assert_goes_on(town(300).change(EVERY_LEVER), 3, tmp_path / "run.npz")
    for name in ("broadcast", "egov", "flooding", "surveillance", "sanction", "chill", "blocked",
                 "blackout", "arrests", "preempt", "violence", "detain_organisers",
                 "rally"):  # fmt: skip
        assert np.any(signals[name] > 0), name
    assert signals["allowed"].max() < 0b111 | FOREIGN  # a ban
    conceded = (signals["shock"] == 0) & (signals["running"] == 1)
    assert np.any(conceded)


def test_under_martial_law_a_run_goes_on_from_every_day(tmp_path, monkeypatch):
    put_in_place(monkeypatch, "martial_law", MartialLaw())
    scenario = town(600).change(MARTIAL_LAW)
    chill = assert_goes_on(scenario, 0, tmp_path / "run.npz")["chill"].tolist()
    assert [0.9, 0.08] in chill
    assert [0.08, 0.08] in chill[-30:]  # it ends with the violence

    one = Simulation(scenario, seed=0, threads=1)
    two = paused(one, chill.index([0.9, 0.08]), tmp_path / "run.npz", threads=1)
    for simulation in (one, two):
        simulation.step()
        assert simulation.signals["chill"].tolist() == [0.9, 0.08]
