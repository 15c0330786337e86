"""The panel of the state: what is in force has a line and a button that ends it."""

import datetime as dt
import warnings

import pytest

solara = pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Mesa's own components break a rule of Solara's
    import ipyvuetify as v
    from drawing import click, drawn, seen, texts

    from samizdat.page.choice import Choice
    from samizdat.page.in_force import (
        RULE,
        SCENARIO,
        VIEWER,
        InForce,
        Where,
        in_force,
        tomorrow_of,
    )
    from samizdat.page.interventions import Intervention
    from samizdat.page.panels.regime import Levers
    from samizdat.page.standing import with_standing
    from samizdat.run.simulation import Simulation


def test_an_order_for_tomorrow_is_listed_and_can_be_taken_back():
    session, held, orders = drawn(Levers)
    click(held, "violence, one day")
    entry = orders[0]
    day = dt.date(2014, 3, 6)
    line = InForce("violence", VIEWER, "", entry["title"], Where(("Old Town", "Riverside"), True),
                   day, day, lifts=("live-1",))  # fmt: skip
    session.publish(seen(interventions=(Intervention(5, "live-1", entry),), lines=(line,)))
    shown = texts(held)
    assert "Violence in the street, everywhere" in shown
    assert ": tomorrow only, by you" in shown
    button = next(w for w in held.find(v.Btn).widgets if "violence, one day" in w.children)
    assert "samizdat-down" in button.class_
    click(held, "Call off")
    assert orders[1] == (["live-1"], [])
    session.publish(seen(step=6))
    assert not [text for text in texts(held) if "tomorrow" in text]


def test_a_second_click_ends_what_anybody_ordered_and_a_rule_in_the_chosen_place_only():
    session, held, orders = drawn(Levers)
    day, both = dt.date(2014, 3, 2), Where(("Old Town", "Riverside"), True)
    lines = (
        InForce("blackout", SCENARIO, "", "Dark", both, day, None, lifts=("dark",)),
        InForce("blackout", RULE, "", "", both, day, day, setting="blackout.rule_on"),
    )
    session.publish(seen(lines=lines))
    session.region.set("Riverside")
    click(held, "network off")
    (lifts, (setting,)) = orders.pop()
    assert lifts == ["dark"]
    assert setting["set"] == {"blackout.rule_on": 0.0}
    assert setting["regions"] == ["Riverside"]
    session.publish(seen(lines=(lines[0]._replace(place=Where(("Old Town",), False)),)))
    click(held, "network off")  # not in force in Riverside
    assert orders.pop()["regions"] == ["Riverside"]
    session.region.set("")
    button = next(w for w in held.find(v.Btn).widgets if "network off" in w.children)
    assert button.attributes["aria-pressed"] == "mixed"


def test_a_standing_block_is_shown_and_can_be_lifted():
    session, held, orders = drawn(Levers, with_standing(Choice("town"), "foreign_press"))
    session.publish(seen(lines=in_force_at_first(session.scenario)))
    assert "foreign press, everywhere" in texts(held)
    (line,) = [w for w in held.find(v.Btn).widgets if "foreign press" in str(w.attributes)
               and "End" in w.children]  # fmt: skip
    line.click()
    assert orders == [
        (
            [],
            [
                {
                    "kind": "setting",
                    "set": {"blocking.standing_on": 0.0},
                    "title": "The standing block is lifted",
                }
            ],
        )
    ]


def in_force_at_first(scenario):
    """What is in force on the first day."""
    simulation = Simulation(scenario, 1, threads=1)
    return in_force(simulation, tomorrow_of(simulation))
