"""A step as a whole: threads, processes, machine code against its source, push against pull."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from samizdat import Scenario, Simulation
from samizdat.core import step
from samizdat.core.layout import GROUP
from samizdat.core.passes.hear import hear_by_pull, hear_by_push, mark_speakers
from samizdat.run import simulation as simulation_module
from worlds import STATE, run, same_history, same_state, town

needs_compiler = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")


def fingerprint(simulation: Simulation) -> str:
    """A digest of all citizens and of all that was counted."""
    digest = hashlib.sha256()
    for name in STATE:
        digest.update(simulation.state[name].tobytes())
    digest.update(simulation.regions.to_csv().encode())
    return digest.hexdigest()


ALONE = """
import json, sys
from numba.core import event
sys.path[:0] = {tests!r}
from test_step import fingerprint
from worlds import run, town
with event.install_recorder("numba:compile") as compiled:
    print(json.dumps([fingerprint(run(town(n).change(v), seed=s)) for n, v, s in {worlds!r}]))
sys.exit(bool(compiled.buffer) and f"compiled again: {{compiled.buffer}}")
"""


def in_another_process(worlds, **environment):
    """The fingerprints of these worlds, run by another interpreter."""
    tests = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
    done = subprocess.run(
        [sys.executable, "-c", ALONE.format(tests=tests, worlds=worlds)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_compiler
def test_machine_code_equals_its_source_to_the_last_bit():
    worlds = [
        (250, {}, 1),
        (120, {"attention.speaking_tires": 1, "fear.witness": 0.4}, 2),
        (120, {"attention.on": 0, "reach.word_of_mouth": 0}, 3),
    ]
    here = [fingerprint(run(town(n).change(v), seed=s)) for n, v, s in worlds]
    assert in_another_process(worlds, NUMBA_DISABLE_JIT="1") == here


def test_a_second_process_compiles_nothing_and_gives_the_same_result():
    worlds = [(500, {}, 7)]
    here = [fingerprint(run(town(n).change(v), seed=s)) for n, v, s in worlds]
    assert in_another_process(worlds) == here


def test_result_does_not_depend_on_threads_where_blocks_meet(monkeypatch):
    monkeypatch.setattr(simulation_module, "ALONE_BELOW", 0)
    monkeypatch.setattr(simulation_module, "BLOCK", 64)
    one, two, three = (run(town(1001), threads=k) for k in (1, 2, 3))
    assert same_state(one, two)
    assert same_state(one, three)
    assert same_history(one, two)
    assert same_history(one, three)


@pytest.mark.slow
def test_result_does_not_depend_on_threads_among_300_000():
    scenario = town(300_001)
    until = scenario.date_of(35)  # a week after the law, with arrests and blocks
    runs = [Simulation(scenario, seed=3, threads=k).run(until) for k in (1, 2, 3)]
    assert len(runs[0]._world.blocks) > 3
    assert fingerprint(runs[0]) == fingerprint(runs[1]) == fingerprint(runs[2])


def test_result_does_not_depend_on_the_size_of_blocks(monkeypatch):
    whole = run(town(700))
    monkeypatch.setattr(simulation_module, "BLOCK", 53)
    assert fingerprint(run(town(700))) == fingerprint(whole)


@pytest.mark.parametrize("share", [0.0, 1.1], ids=["only pull", "only push"])
def test_push_and_pull_count_the_same_voices(monkeypatch, share):
    both = run(town(700))
    monkeypatch.setattr(step, "PUSH_BELOW", share)
    assert fingerprint(run(town(700))) == fingerprint(both)


def test_push_and_pull_in_parts_equal_either_as_a_whole(monkeypatch):
    monkeypatch.setattr(simulation_module, "BLOCK", 100)
    simulation = Simulation(town(9000), seed=2, threads=1)
    simulation.run(simulation.scenario.date_of(22))  # a rally is on
    world = step.swap_buffers(simulation._world)
    step.listen(0, len(world.blocks), world)  # no ears in detention
    n = len(world.state.voice)

    def heard(hearing, cuts):
        world.caches.dirty[:] = 0
        for first, last in cuts:
            hearing(first, last, world)
        reached = np.repeat(world.caches.dirty, GROUP)[:n, None] != 0
        return np.where(reached, world.state.heard, 0)

    parts = [(0, n)], [(0, 2048), (2048, n)], [(6144, n), (2048, 6144), (0, 2048)]
    mark_speakers(0, n, world)
    whole = heard(hear_by_pull, [(0, n)])
    assert whole.sum(axis=0).min() > 0
    for cuts in parts:
        world.caches.spoke_bits[:] = 255
        for first, last in cuts:
            mark_speakers(first, last, world)
        assert np.array_equal(whole, heard(hear_by_pull, cuts))
        assert np.array_equal(whole, heard(hear_by_push, cuts))


@needs_compiler
def test_every_pass_is_compiled_for_one_signature_only():
    run(town(50))
    run(town(60).change({"attention.beta": 1, "step_days": 2}), threads=2)
    for name in (
        "listen", "mark_speakers", "hear_by_pull", "hear_by_push", "begin", "feel_and_act",
        "resolve_and_count",
    ):  # fmt: skip
        assert len(getattr(step, name).signatures) == 1, name


def test_two_policies_share_their_random_numbers_until_they_differ():
    with_law = run(town(800))
    without = run(town(800).change({"chill": 0.05}))  # pinned: the law of 28 March does nothing
    before = with_law.regions["step"] < 27
    assert with_law.regions[before].equals(without.regions[before])
    assert not with_law.regions.equals(without.regions)


def test_a_run_in_two_parts_is_a_run():
    scenario = town(400)
    parted = Simulation(scenario, seed=3)
    parted.run(scenario.date_of(25))
    assert len(parted.nation) == 26
    assert same_state(parted.run(), run(scenario))


def test_nobody_acts_where_nothing_happens():
    quiet = town(500).under("open").spec.model_copy(update={"timeline": ()})
    still = Simulation(Scenario("quiet", quiet, town(500).under("open").parameters)).run()
    assert set(still.nation["silent"]) == {500}
    assert still.nation["aware"].max() == 0


def test_leaving_a_block_at_rest_alone_changes_nothing(monkeypatch):
    monkeypatch.setattr(simulation_module, "BLOCK", 64)
    law = town(1500).change({"citizens": 1500, "adoption.ceiling": 0.3})
    left_alone, never = (Simulation(law, seed=4, threads=1) for _ in range(2))
    rested = 0
    while not left_alone.finished:
        never._world.caches.rest_key[:] = np.nan
        left_alone.step(), never.step()
        rested += np.count_nonzero(
            left_alone._world.caches.rest_key == left_alone._world.caches.rest_key
        )
    assert rested > 0
    assert same_state(left_alone, never)
    assert same_history(left_alone, never)
