"""Levers at the edges of their rules: caps, last days, regions that differ, nobody online."""

import math

import numpy as np
import pytest
from mornings import LISTED, STREET, A, C, course, days, facing, responses

from samizdat.core.layout import FOREIGN
from samizdat.regime import force, levers
from samizdat.regime.lever import Stage
from samizdat.regime.orders import Observation, Order, RegimeState

COURT = STREET | {"blocking__authority": 0, "blocking__delay_days": 3, "blocking__duration": 2}


def told(inputs, **values):
    """A day on which these numbers differ by region."""
    for name, by_region in values.items():
        inputs.values[name.replace("__", ".")][:] = by_region
    return inputs


def remembered(*mornings):
    """What the state remembers after these days."""
    state = RegimeState()
    responses(*mornings, state=state)
    return state


# Arrests


@pytest.mark.parametrize("step_days", [0.5, 1.0, 2.0, 3.0])
def test_the_chance_of_a_response_is_capped_at_1_whatever_the_alert(step_days):
    law = {"arrests__capacity": 0.01, "arrests__response": 0.8}
    rows = responses(facing(step_days=step_days, draws=0.9999, alert=1.0, **law))
    assert rows["arrests"][0] == pytest.approx([10 * step_days] * 3)


def test_the_police_respond_below_the_chance_and_not_at_it():
    law = {"arrests__capacity": 0.01, "arrests__response": 0.25}
    assert responses(facing(draws=0.25, **law))["arrests"][0].tolist() == [0, 0, 0]
    never = {"arrests__capacity": 1.0, "arrests__response": 0.0}
    assert not responses(facing(draws=1e-9, alert=9.0, **never))["arrests"].any()


@pytest.mark.parametrize(
    ("arrests", "mobilised", "chance"), [(0.5, 0, 0.5), (0.5, 1, 0.5), (0.5, 2, 0.25), (3, 2, 1)]
)
def test_a_part_of_an_arrest_is_a_chance(arrests, mobilised, chance):
    assert force.arrest_chances(np.array([arrests]), np.array([mobilised])) == [chance]


# Blocking


@pytest.mark.parametrize(("trigger", "answered"), [(0.5, True), (0.6, False)])
def test_where_nobody_is_online_posts_count_as_of_one(trigger, answered):
    seen = Observation(np.full(3, 0.5), np.zeros(3, int), np.zeros(3, int), np.full(3, 1000))
    law = {"blocking__trigger_posts": trigger, "blocking__authority": 1}
    rows = responses(facing(**law)._replace(seen=seen))
    assert bool(rows["blocked"].any()) is answered


def test_the_street_and_posts_each_trigger_it():
    law = STREET | {"blocking__trigger_posts": 0.05, "blocking__scope": 0}
    rows = responses(facing(0, mobilised=(50, 0, 0), posts=(0, 25, 0), **law))
    assert rows["blocked"][0].tolist() == [LISTED, LISTED, 0]


def test_a_region_that_never_blocks_neither_triggers_a_block_nor_has_one():
    law = told(facing(0, (50, 0, 0), **STREET), blocking__on=(0, 1, 1))
    assert not responses(law)["blocked"].any()
    law = told(facing(0, (0, 50, 0), **STREET), blocking__on=(0, 1, 1))
    assert responses(law)["blocked"][0].tolist() == [0, LISTED, LISTED]
    assert [order.region for order in remembered(law).orders] == [1, 2]
    dated = [Order("blocking", r, 0.0, 1.0, A, dated=True) for r in range(3)]
    law = told(facing(dated_orders=dated), blocking__on=(0, 1, 1))
    assert responses(law)["blocked"][0].tolist() == [0, A, A]


def test_a_nationwide_block_comes_by_the_law_of_each_region():
    law = STREET | {"blocking__delay_days": 4, "blocking__duration": 2}
    first = told(
        facing(0, (50, 0, 0), **law), blocking__authority=(1, 0, 1), blocking__duration=(2, 3, 5)
    )
    orders = remembered(first).orders
    assert [(o.lever, o.region, o.begins, o.ends, o.platforms) for o in orders] == [
        ("blocking", 0, 0, 2, LISTED),
        ("blocking", 1, 4, 7, LISTED),
        ("blocking", 2, 0, 5, LISTED),
    ]
    assert not any(order.cover_story or order.dated for order in orders)


def test_a_region_that_blocks_for_itself_alone_does_not_block_the_nation():
    law = told(facing(0, (50, 0, 0), **STREET), blocking__scope=(0, 1, 1))
    assert responses(law)["blocked"][0].tolist() == [LISTED, 0, 0]
    law = told(facing(0, (50, 0, 0), **STREET), blocking__scope=(1, 0, 0))
    assert responses(law)["blocked"][0].tolist() == [LISTED] * 3


def test_whether_a_story_is_told_is_up_to_the_region():
    law = told(facing(0, (50, 0, 0), **STREET), blocking__cover_story=(0, 1, 0))
    assert [order.cover_story for order in remembered(law).orders] == [False, True, False]


def test_by_record_nothing_is_ordered():
    law = STREET | {"blackout__trigger": 0.05, "violence__trigger": 0.05}
    acts = facing(0, (50,) * 3, triggers=False, violence__patience_days=1, **law)
    assert remembered(acts) == RegimeState()


# Last days


@pytest.mark.parametrize("lever", ["blocking", "blackout", "violence"])
def test_the_last_day_of_an_order_is_the_one_before_it_ends(lever):
    column = {"blocking": "blocked"}.get(lever, lever)
    act = Order(lever, 1, 2.0, 4.0, A, dated=True)
    rows = responses(*(facing(day, dated_orders=[act]) for day in range(6)))
    assert days(rows, column, 1) == [2, 3]
    half = responses(*(facing(k / 2, step_days=0.5, dated_orders=[act]) for k in range(12)))
    assert days(half, column, 1) == [4, 5, 6, 7]
    long = responses(*(facing(k, step_days=2.0, dated_orders=[act]) for k in (0, 2, 4)))
    assert days(long, column, 1) == [1]


def test_a_triggered_order_ends_before_the_day_of_its_end():
    law = {"blackout__trigger": 0.05, "violence__trigger": 0.05, "violence__patience_days": 1}
    lasts = {"blackout__duration": 1, "violence__duration": 1, "blocking__duration": 1}
    rows = responses(*course(4, {1: 50}, **STREET | law | lasts))
    for column in ("blocked", "blackout", "violence"):
        assert days(rows, column) == [1], column


def test_an_order_that_follows_on_its_end_continues_the_one_before():
    # ordered on day 0 for 3 and 4, on day 2 for 5 and 6
    rows = responses(*course(8, {0: 50, 2: 50}, **COURT))
    assert days(rows, "blocked") == [3, 4, 5, 6]
    novelty = [math.exp(-k / 14) for k in range(4)]
    assert rows["novelty"][:, 0] == pytest.approx([0, 0, 0, *novelty, 0])


def test_an_order_a_day_after_its_end_is_a_new_one():
    rows = responses(*course(9, {0: 50, 3: 50}, **COURT))
    assert days(rows, "blocked") == [3, 4, 6, 7]
    assert rows["novelty"][6, 0] == 1


def test_an_order_is_forgotten_on_the_day_of_its_end():
    state = RegimeState([Order("blackout", 0, 0.0, 2.0), Order("violence", 0, 0.0, 3.0)])
    state.expire(2.0)
    assert [order.lever for order in state.orders] == ["violence"]


# Novelty and stories


def test_an_order_that_begins_within_the_step_is_new():
    act = Order("blackout", 1, 4.0, 5.0, dated=True)
    rows = responses(*(facing(day, step_days=3.0, dated_orders=[act]) for day in (0, 3)))
    assert rows["novelty"][1].tolist() == [0, 1, 0]


def test_of_several_orders_the_newest_counts_and_one_story_is_enough():
    old = Order("blackout", 0, 0.0, 9.0, cover_story=True, dated=True)
    new = Order("blocking", 0, 5.0, 9.0, A, dated=True)
    for acts in ([old, new], [new, old]):
        row = responses(facing(7, dated_orders=acts, blocking__deniability=0.6))[0]
        assert row["novelty"].tolist() == pytest.approx([math.exp(-2 / 14), 0, 0])
        assert row["deniability"].tolist() == [0.6, 0, 0]


def test_a_story_is_believed_as_far_as_the_region_believes():
    acts = [Order("blackout", r, 0.0, 1.0, cover_story=True, dated=True) for r in range(3)]
    inputs = told(facing(dated_orders=acts), blocking__deniability=(0.1, 0.5, 0.9))
    assert responses(inputs)["deniability"][0].tolist() == [0.1, 0.5, 0.9]


# Blackout


def test_a_region_that_is_never_dark_stays_lit_whatever_was_dated():
    acts = [Order("blackout", r, 0.0, 1.0, dated=True) for r in range(3)]
    inputs = told(facing(dated_orders=acts), blackout__on=(0, 1, 1))
    assert responses(inputs)["blackout"][0].tolist() == [0, 1, 1]
    ordered = told(facing(0, (50,) * 3, blackout__trigger=0.05), blackout__on=(1, 0, 1))
    assert [order.region for order in remembered(ordered).orders] == [0, 2]


def test_a_triggered_blackout_takes_no_platform_by_name_and_lasts_as_its_region_says():
    law = {"blackout__trigger": 0.05}
    inputs = told(facing(3, (50,) * 3, **law), blackout__duration=(1, 2, 4))
    inputs = told(inputs, blackout__cover_story=(1, 0, 0))
    assert remembered(inputs).orders == [
        Order("blackout", 0, 3.0, 4.0, cover_story=True),
        Order("blackout", 1, 3.0, 5.0),
        Order("blackout", 2, 3.0, 7.0),
    ]


# Ban


def test_a_ban_leaves_what_was_not_listed():
    signals = responses(facing(ban__on=1))[0]
    assert signals["allowed"].tolist() == [0xFFFF ^ C ^ FOREIGN] * 3
    assert responses(facing(ban__on=0))[0]["allowed"].tolist() == [0xFFFF] * 3


# Violence


def test_a_region_without_violence_neither_counts_nor_shoots():
    law = {"violence__trigger": 0.05, "violence__patience_days": 1}
    inputs = told(facing(0, (50,) * 3, **law), violence__on=(0, 1, 1))
    assert responses(inputs)["violence"][0].tolist() == [0, 1, 1]
    assert remembered(inputs).days_at_trigger["violence"] == [0, 1, 1]
    acts = [Order("violence", r, 0.0, 1.0, strength=0.5, dated=True) for r in range(3)]
    inputs = told(facing(dated_orders=acts), violence__on=(0, 1, 1))
    assert responses(inputs)["violence"][0].tolist() == [0, 0.5, 0.5]


def test_triggered_violence_is_as_its_region_says():
    law = {"violence__trigger": 0.05, "violence__patience_days": 1}
    inputs = told(facing(3, (50,) * 3, **law), violence__duration=(1, 2, 4))
    inputs = told(inputs, violence__strength=(0.2, 0.4, 0.6))
    assert remembered(inputs).orders == [
        Order("violence", 0, 3.0, 4.0, strength=0.2),
        Order("violence", 1, 3.0, 5.0, strength=0.4),
        Order("violence", 2, 3.0, 7.0, strength=0.6),
    ]


# Concession

GIVES_IN = {"concession__trigger": 0.05, "concession__patience_days": 2}


def test_an_event_is_conceded_once_and_the_first_day_counts():
    dated = [facing(day, dated_events=[("concession", "land")]) for day in (3, 4)]
    assert remembered(*dated).conceded == {"land": 3.0}
    ruled = [facing(day, (50,) * 3, events=("land",), **GIVES_IN) for day in range(5)]
    assert remembered(*ruled).conceded == {"land": 1.0}
    assert remembered(dated[0], *ruled[3:], dated[1]).conceded == {"land": 3.0}


def test_what_is_dated_of_another_lever_concedes_nothing():
    assert not remembered(facing(dated_events=[("blackout", "land")])).conceded


def test_by_record_only_what_is_dated_is_conceded():
    law = GIVES_IN | {"concession__patience_days": 1}
    inputs = facing(0, (50,) * 3, triggers=False, events=("land", "wages"), **law)
    assert remembered(inputs).conceded == {}
    assert remembered(inputs._replace(dated_events=[("concession", "land")])).conceded == {
        "land": 0.0
    }


def test_a_state_that_never_gives_in_forgets_its_patience_and_what_is_dated():
    first = facing(0, (50,) * 3, events=("land",), **GIVES_IN)
    assert remembered(first).days_at_trigger == {"concession": [1.0], "violence": [0, 0, 0]}
    law = {"events": ("land",), "dated_events": [("concession", "land")], "concession__on": 0}
    never = facing(1, (50,) * 3, **GIVES_IN | law)
    state = remembered(first, never)
    assert not state.conceded
    assert state.days_at_trigger == {"violence": [0, 0, 0]}
    assert not remembered(told(facing(**law), concession__on=(0, 1, 1))).conceded


def test_below_the_trigger_the_nation_gets_nothing():
    law = GIVES_IN | {"concession__patience_days": 1, "events": ("land",)}
    assert not remembered(facing(0, (149, 0, 0), **law)).conceded
    assert remembered(facing(0, (50, 50, 50), **law)).conceded == {"land": 0.0}
    assert remembered(facing(0, (25, 25, 25), alert=1.0, **law)).conceded == {"land": 0.0}


# Stages


@pytest.mark.parametrize("stage", Stage)
def test_the_levers_of_a_stage_act_in_their_order(monkeypatch, stage):
    acted = []

    class Told:
        def __init__(self, name, stage):
            self.name, self.stage = name, stage

        def act(self, *_):
            acted.append(self.name)

    told = {f"{k} {each.value}": Told(k, each) for k in range(2) for each in Stage}
    monkeypatch.setattr(levers, "LEVERS", told)
    levers.act_in_stage(stage, facing(), RegimeState(), np.zeros(3))
    assert acted == [0, 1]
