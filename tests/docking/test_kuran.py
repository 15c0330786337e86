"""Kuran 1991, World Politics 44:7: public opposition, and what is kept private."""

from pathlib import Path

import numpy as np
import pytest

from samizdat.core.layout import SELF_CENSOR
from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario

SQUARE = Scenario.load(Path(__file__).with_name("kuran.toml"))
ALIKE = 10_000
OPPOSITION = (np.arange(ALIKE) + 0.5) / ALIKE  # divides [0, 1] evenly

# Thresholds in per cent of ten persons -> public opposition in the end, in per cent.
SEQUENCES = [
    ([0, 20, 20, 30, 40, 50, 60, 70, 80, 100], 10),
    ([0, 10, 20, 30, 40, 50, 60, 70, 80, 100], 90),
    ([0, 20, 30, 30, 40, 50, 60, 70, 80, 100], 10),
    ([0, 10, 30, 30, 40, 50, 60, 70, 80, 100], 20),
]


@pytest.mark.parametrize(("per_cent", "end"), SEQUENCES)
def test_public_opposition_ends_where_the_sequence_says(at_rest, per_cent, end):
    square = at_rest(Simulation(SQUARE, traits={"threshold": np.array(per_cent) / 100}))
    assert 100 * square.counts["mobilise"] / 10 == end


def under_law(penalty: float, fear: float) -> Simulation:
    """Return ALIKE whom only their own opposition moves, to post at most, after three days."""
    world = SQUARE.change(
        {
            "citizens": ALIKE,
            "chill": fear,
            "decision.opposition_weight": 1,
            "decision.exposure_weight": 0,
            "decision.cost": 100,
            "decision.penalty_post": penalty,
        }
    )
    square = Simulation(world, traits={"hardship": OPPOSITION})
    return square.run(until=world.date_of(2))


def falsifying(penalty: float, fear: float) -> list[int]:
    """Count day by day who would speak if free and does not."""
    return under_law(penalty, fear).nation["self_censor"].tolist()


@pytest.mark.parametrize("fear", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("penalty", [0.5, 1.0, 1.5])
def test_the_gap_is_as_wide_as_the_feared_penalty(penalty, fear):
    # Who has ease * threshold <= opposition < ease * threshold + risk_aversion * penalty * fear.
    # Opposition is even over [0, 1]: they are as many as the gap is wide, give or take one.
    assert falsifying(penalty, fear) == pytest.approx([0.5 * penalty * fear * ALIKE] * 3, abs=1)


@pytest.mark.parametrize("fear", [0.2, 1.0])
def test_without_a_penalty_nobody_falsifies(fear):
    assert falsifying(0, fear) == [0, 0, 0]


def test_without_fear_nobody_falsifies():
    assert falsifying(1.5, 0) == [0, 0, 0]


def test_the_gap_opens_with_the_penalty():
    gaps = [falsifying(penalty, 0.3)[0] for penalty in (0, 0.1, 0.5, 1, 2, 3)]
    assert gaps == sorted(set(gaps))


def test_who_falsifies_is_the_faintly_opposed_not_the_bold():
    silenced = OPPOSITION[under_law(1, 0.4).state["posture"] == SELF_CENSOR]
    # ends of the gap: 0.25 and 0.25 + 0.5 * 0.4; citizens stand 1 / ALIKE apart
    assert silenced.min() == pytest.approx(0.25, abs=1 / ALIKE)
    assert silenced.max() == pytest.approx(0.45, abs=1 / ALIKE)
