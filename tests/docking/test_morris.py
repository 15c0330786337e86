"""Morris 2000, Rev. Econ. Stud. 67:57; Centola & Macy 2007, Am. J. Sociol. 113:702: fronts."""

from pathlib import Path

import numpy as np
import pytest

from samizdat.core.layout import MOBILISE
from samizdat.core.mechanisms.decision import Decision, mobilises
from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario

RING = Scenario.load(Path(__file__).with_name("morris.toml"))
N = RING.citizens
SIDE = 30  # of the lattice
LATTICE = RING.change({"graph.kind": "lattice", "citizens": SIDE * SIDE})
CONTAGION = {"von_neumann": 1 / 4, "moore": 3 / 8}
ABOVE = 1e-4  # what "just above" adds: more than the guard of 1e-6, less than any step of shares


def ring(k: int, threshold: float) -> Simulation:
    """Return a ring with k ties a side, where 2k adjacent citizens act anyhow."""
    thresholds = np.full(N, threshold)
    thresholds[: 2 * k] = 0
    return Simulation(RING.change({"graph.neighbours": k}), traits={"threshold": thresholds})


def lattice(neighbourhood: str, threshold: float, seeds: np.ndarray) -> Simulation:
    """Return a torus where ``seeds`` (SIDE, SIDE) act anyhow."""
    thresholds = np.where(seeds, 0, threshold).ravel()
    world = LATTICE.change({"graph.neighbourhood": neighbourhood})
    return Simulation(world, traits={"threshold": thresholds})


def box(high: int, wide: int) -> np.ndarray:
    """Mark a rectangle of the lattice."""
    seeds = np.zeros((SIDE, SIDE), bool)
    seeds[5 : 5 + high, 5 : 5 + wide] = True
    return seeds


RINGS = [(k, a) for k in range(1, 7) for a in range(1, 2 * k + 1)]


@pytest.mark.parametrize(("k", "a"), [(k, a) for k, a in RINGS if a <= k])
def test_the_front_advances_by_as_many_as_see_enough(at_rest, k, a):
    turnout = at_rest(ring(k, a / (2 * k))).nation["mobilise"].to_numpy()
    expected = 2 * k + 2 * (k - a + 1) * np.arange(len(turnout))
    apart = expected < N - 2 * k  # until the two fronts see each other
    assert turnout[apart].tolist() == expected[apart].tolist()
    assert turnout[-1] == N


@pytest.mark.parametrize(("k", "a"), RINGS)
def test_where_all_have_as_many_neighbours_a_number_moves_whom_a_share_moves(at_rest, k, a):
    by_share = ring(k, a / (2 * k))
    number = {"reach.dilution": 0, "reach.reference_ties": 20, "graph.neighbours": k}
    thresholds = np.full(N, a / 20)
    thresholds[: 2 * k] = 0
    by_number = Simulation(RING.change(number), traits={"threshold": thresholds})
    assert at_rest(by_number).nation.equals(at_rest(by_share).nation)


@pytest.mark.parametrize(("k", "a"), [(k, a) for k, a in RINGS if a > k])
def test_the_front_stands_still_where_more_than_one_side_is_needed(at_rest, k, a):
    assert at_rest(ring(k, a / (2 * k))).counts["mobilise"] == 2 * k


@pytest.mark.parametrize("k", range(1, 7))
def test_a_ring_is_moved_at_one_half_and_not_above(at_rest, k):
    assert at_rest(ring(k, 1 / 2)).counts["mobilise"] == N
    assert at_rest(ring(k, 1 / 2 + ABOVE)).counts["mobilise"] == 2 * k


@pytest.mark.parametrize(("neighbourhood", "threshold"), CONTAGION.items())
def test_a_block_moves_the_whole_lattice_at_the_contagion_threshold(
    at_rest, neighbourhood, threshold
):
    seeds = box(4, 4)
    assert at_rest(lattice(neighbourhood, threshold, seeds)).counts["mobilise"] == SIDE * SIDE


@pytest.mark.parametrize("shape", [(4, 4), (10, 10), (3, SIDE - 5), (20, 2)])
@pytest.mark.parametrize(("neighbourhood", "threshold"), CONTAGION.items())
def test_no_block_moves_anybody_just_above_it(at_rest, neighbourhood, threshold, shape):
    seeds = box(*shape)
    moved = at_rest(lattice(neighbourhood, threshold + ABOVE, seeds))
    assert moved.counts["mobilise"] == seeds.sum()


@pytest.mark.parametrize("draw", range(5))
@pytest.mark.parametrize(("neighbourhood", "threshold"), CONTAGION.items())
def test_just_above_it_scattered_seeds_never_leave_the_box_around_them(
    at_rest, neighbourhood, threshold, draw
):
    # outside a box, a citizen touches it with one of four neighbours, or three of eight
    around = box(12, 12)
    seeds = around & (np.random.default_rng(draw).random((SIDE, SIDE)) < 0.5)
    moved = at_rest(lattice(neighbourhood, threshold + ABOVE, seeds))
    acts = (moved.state["posture"] == MOBILISE).reshape(SIDE, SIDE)
    assert acts.sum() > seeds.sum()
    assert not acts[~around].any()


@pytest.mark.parametrize("k", range(1, 51))
def test_a_share_meets_the_threshold_that_equals_it_and_no_higher_one(k):
    free = Decision(cost=0, penalty_street=0)
    for heard in range(k + 1):
        threshold = float(np.float32(heard / k))  # thresholds rest in float32
        assert mobilises(heard / k, 0.0, 0.0, threshold, free)
        assert heard == 0 or not mobilises((heard - 1) / k, 0.0, 0.0, threshold, free)
