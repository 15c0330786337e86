"""Events that come faster than the page is drawn anew: none of them acts on what was before."""

import warnings

import pytest

solara = pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Mesa's own components break a rule of Solara's
    import ipyvuetify as v

    from samizdat.page.choice import Choice
    from samizdat.page.choosing import World
    from samizdat.page.levers import Levers
    from samizdat.page.session import Session


class Deaf:
    """An answer that is never given."""

    def add_done_callback(self, heard):
        """Hear of somebody who waits."""


def drawn(part, choice=None):
    """Draw a part of the page for a visitor whose world is not begun; return her and what is drawn.

    Within what is returned last nothing is drawn anew, as while another thread draws.
    """
    answer = Deaf()

    def heard(order):
        orders.append(order)
        return answer

    orders = []
    visitors = []

    @solara.component
    def visited():
        visitors[:] = [solara.use_memo(visitor, [])]
        part(visitors[0])

    def visitor():
        return Session(choice or Choice(), "", playing=False, measures={})

    _box, held = solara.render(visited(), handle_error=False)
    engine = visitors[0].engine
    engine.build = lambda choice, playing=None: orders.append(choice)
    engine.toggle = engine.enact = heard
    return visitors[0], held, orders


def fields(held, label):
    return next(w for w in held.find(v.VuetifyTemplate).widgets if w.label == label)


def typed(held, label, text):
    fields(held, label).vue_typed(text)


def press(held, text):
    found = next(w for w in held.find(v.Btn).widgets if text in w.children)
    found.click()


def pick(held, label, text):
    found = next(w for w in held.find(v.Select).widgets if w.label == label)
    found.v_model = next(item["value"] for item in found.items if item["text"] == text)


def test_a_world_starts_with_all_that_was_typed_before_it_was_drawn():
    _session, held, orders = drawn(World)
    with held:
        typed(held, "Citizens", "1,234")
        typed(held, "Seed: the luck of the run", "42")
        pick(held, "Regime", "open: no lever at all")
        press(held, "Start this world")
    assert orders == [Choice("town", citizens=1234, seed=42, regime="open")]
    assert fields(held, "Citizens").value == "1,234"


def test_what_is_typed_right_after_a_start_is_kept():
    session, held, _orders = drawn(World)
    with held:
        typed(held, "Citizens", "1,234")
        press(held, "Start this world")
        typed(held, "Seed: the luck of the run", "43")
    assert session.draft.value == Choice("town", citizens=1234, seed=43)
    assert fields(held, "Seed: the luck of the run").value == "43"


def test_an_order_is_for_the_place_that_was_picked_before_it_was_drawn():
    session, held, orders = drawn(Levers, Choice("kazakhstan", citizens=2000))
    region = session.world.region_names[3]
    with held:
        pick(held, "Where", region)
        press(held, "network off")
        press(held, "violence, one day")
        pick(held, "Where", "everywhere")
        press(held, "network off")
    assert [order.get("regions") for order in orders] == [[region], [region], None]


def test_a_new_world_is_ordered_about_everywhere():
    session, _held, _orders = drawn(Levers, Choice("kazakhstan", citizens=2000))
    session.where.set(session.world.region_names[3])
    session.choose(Choice("town"))
    assert session.here({"kind": "action"}) == {"kind": "action"}
