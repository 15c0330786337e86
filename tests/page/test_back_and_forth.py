"""Going back and forth over the days done, against a run that never went back."""

import numpy as np
import pytest

pytest.importorskip("mesa")
pytest.importorskip("tomli_w")

from serving import until

from samizdat import Scenario, Simulation
from samizdat.core.layout import WORKINGS
from samizdat.page.choice import Choice
from samizdat.page.history import Snapshots, copied, restore
from samizdat.page.live import PastDayError
from samizdat.page.marks import marks_of
from samizdat.page.moments import beginnings, next_moment
from samizdat.page.painter import Painter
from samizdat.page.pictures import ViewCache, csv_of

SMALL = Choice("town", 300)
BLOCK = {"kind": "action", "lever": "blocking", "platforms": ["square_talk"]}
WATCHED = {"kind": "setting", "set": {"surveillance": 0.7}}
BLACKOUT = {"kind": "action", "lever": "blackout", "days": 5}
DAYS = 40


def ordered(simulation, days, orders):
    """Take steps, and give each order before the step of its number; return the simulation."""
    for day in range(days):
        if day in orders:
            simulation.enact(orders[day])
        simulation.step()
    return simulation


def state_of(simulation):
    """Return all that a citizen is, as bytes, with the table of the nation and of the regions."""
    state = {n: a.tobytes() for n, a in simulation.state.items() if n not in WORKINGS}
    heard = {name: values.tobytes() for name, values in simulation.heard.items()}
    return {
        **state, **heard, "nation": simulation.nation.to_csv(), "step": simulation.step_number,
        "regions": simulation.regions.to_csv(), "bands": simulation.bands.to_csv(),
        "signals": simulation.signals.tobytes(), "threat": simulation.threat,
    }  # fmt: skip


def page_state(run):
    """Return what the page would show, of the run and of its twin."""

    def read(model):
        twin = run.twin
        assert model.steps == model.simulation.step_number
        collected = model.datacollector.get_model_vars_dataframe()
        assert len(collected) == model.steps
        return {
            "run": state_of(model.simulation),
            "twin": state_of(twin) if twin is not None else None,
            "collected": collected.to_csv(),
            "orders": run.interventions,
            "in force": run.interventions_in_force,
            "account": run.account,
            "marks": marks_of(run.days_done, model.simulation),
        }

    until(lambda: run.status.seeking < 0 and run.status.catching_up < 0)
    return run.ask(read, settled=True).result(60)


def go(run, step):
    run.seek(step)
    until(lambda: run.status.seeking < 0 and run.status.step == step)
    return page_state(run)


def date_of_next_moment(run):
    run.seek_moment()
    run.ask(lambda _: None).result(30)
    until(lambda: run.status.seeking < 0)
    return run.status.date


def play_through(run, *, twin="violence"):
    """Give and lift orders in a run of some weeks; return what was shown on each day."""
    days = {}
    run.watch(7).result(30)
    if twin:
        run.compare(twin).result(30)
    block = None
    for day in range(DAYS):
        if day == 12:
            block = run.enact(BLOCK).result(30)
        if day == 15:
            run.enact(WATCHED).result(30)
        if day == 20:
            run.lift(block).result(30)
            run.toggle({"kind": "action", "lever": "violence", "days": 3}).result(30)
        days[day] = page_state(run)
        run.step()
        until(lambda day=day: run.status.step == day + 1)
    days[DAYS] = page_state(run)
    return days


def same(found, expected, *, orders=True):
    for name in ("run", "twin"):
        for part, value in (expected[name] or {}).items():
            assert found[name][part] == value, (name, part, expected["run"]["step"])
    assert found["collected"] == expected["collected"]
    if orders:
        assert found["orders"] == expected["orders"]
        assert found["in force"] == expected["in force"]
        assert found["account"] == expected["account"]


@pytest.mark.parametrize("memory", [512 * 1024**2, 400_000, 1])
def test_every_day_comes_back_to_the_last_bit(engine, memory):
    run = engine(memory=memory)
    days = play_through(run)
    order = [31, 3, DAYS, 0, 14, 13, 12, 25, 20, 21, DAYS, 1, 39, DAYS]
    for day in order:
        found = go(run, day)
        same(found, days[day])
        assert found["marks"] == days[DAYS]["marks"]  # of all days done
        assert run.status.farthest == DAYS
    run.step()
    until(lambda: run.status.step == DAYS + 1)
    plain = Simulation(SMALL.load(), seed=1)
    orders = {
        12: lambda: plain.enact(BLOCK),
        15: lambda: plain.enact(WATCHED),
        20: lambda: (
            plain.lift("live-1"),
            plain.enact({"kind": "action", "lever": "violence", "days": 3}),
        ),
    }
    for day in range(DAYS + 1):
        orders.get(day, lambda: None)()
        plain.step()
    assert page_state(run)["run"] == state_of(plain)


def test_playing_on_from_an_earlier_day_repeats_what_was_ordered(engine):
    run = engine()
    days = play_through(run)
    go(run, 5)
    for day in range(6, 30):
        run.step()
        until(lambda day=day: run.status.step == day)
        same(page_state(run), days[day], orders=day not in (12, 15, 20))
    run.play()
    until(lambda: run.status.finished)
    assert run.status.farthest == 60
    assert page_state(run)["run"]["step"] == 60


def test_a_twin_that_begins_on_an_earlier_day_knows_what_comes(engine):
    run = engine()
    days = play_through(run)
    run.compare(None).result(30)
    go(run, 13)
    run.compare("violence").result(30)
    until(lambda: run.status.catching_up < 0)
    same(page_state(run), days[13])
    same(go(run, 30), days[30])
    same(go(run, 14), days[14])


def test_an_order_in_the_past_is_refused_until_the_days_after_it_are_forgotten(engine):
    run = engine()
    days = play_through(run)
    go(run, 14)
    for order in (run.enact(WATCHED), run.toggle(WATCHED), run.lift("live-1")):
        with pytest.raises(PastDayError, match="26 later days"):
            order.result(30)
    same(go(run, DAYS), days[DAYS])
    same(go(run, 14), days[14])
    run.branch(13).result(30)  # meant for another day than the one shown
    assert run.status.farthest == DAYS
    run.branch(14).result(30)
    assert run.status.farthest == 14
    assert run.status.branches == (14,)
    assert [each.begins for each in run.interventions] == [12]
    run.enact(BLACKOUT).result(30)
    run.seek(33)
    until(lambda: run.status.step == 33 and run.status.seeking < 0)
    orders = {12: BLOCK, 14: BLACKOUT}
    plain = ordered(Simulation(SMALL.load(), seed=1), 33, orders)
    found = page_state(run)
    assert found["run"] == state_of(plain)
    without = Simulation(Scenario.load("town").change({"citizens": 300}).without("violence"), 1)
    assert found["twin"] == state_of(ordered(without, 33, orders))
    assert max(mark.start for mark in found["marks"]) <= 33
    same(go(run, 9), days[9], orders=False)
    assert go(run, 33)["run"] == found["run"]


def test_a_twin_with_orders_that_are_forgotten_begins_again(engine):
    run = engine()
    play_through(run, twin=None)
    run.compare("violence").result(30)  # its scenario holds all orders
    until(lambda: run.status.catching_up < 0)
    go(run, 14)
    run.branch().result(30)
    run.step()
    until(lambda: run.status.step == 15 and run.status.catching_up < 0)
    without = Simulation(Scenario.load("town").change({"citizens": 300}).without("violence"), 1)
    for day in range(15):
        if day == 12:
            without.enact(BLOCK)
        without.step()
    assert page_state(run)["twin"] == state_of(without)


def test_downloads_are_of_the_day_shown(engine, tmp_path):
    run = engine()
    play_through(run, twin=None)
    at_14, at_25 = tmp_path / "14.toml", tmp_path / "25.toml"
    run.seek(25)
    at_25.write_text(run.scenario_file().result(30), encoding="utf-8")
    run.seek(14)
    at_14.write_text(run.scenario_file().result(30), encoding="utf-8")
    csv = run.ask(lambda model: csv_of(model.simulation), settled=True).result(30)
    for path, ids in ((at_14, ["live-1"]), (at_25, ["live-1", "live-2", "live-3"])):
        scenario = Scenario.load(path)
        assert [e.id for e in scenario.spec.timeline if e.id.startswith("live-")] == ids
    repeated = Simulation(Scenario.load(at_14), seed=1)
    for _ in range(14):
        repeated.step()
    assert csv == csv_of(repeated)


def test_the_film_holds_the_days_up_to_the_one_shown_in_order(engine, monkeypatch):
    run, frames = engine(), []
    monkeypatch.setattr("samizdat.page.painter.film_of", lambda given: frames.append(given))
    painter = Painter(run, lambda state: None)
    painter.select_view("series")

    def picture_of_today():
        return painter.png("series", *painter.size)

    pictures = [picture_of_today()]
    for _ in range(4):
        run.step()
        pictures.append(picture_of_today())
    run.seek(2)
    painter.film()
    assert frames[-1] == pictures[:3]
    assert picture_of_today() == pictures[2]  # a film leaves the run where it is
    run.branch().result(30)
    run.enact({"kind": "action", "lever": "blackout"}).result(30)
    run.step()
    third = picture_of_today()
    assert third != pictures[3]
    painter.film()
    assert frames[-1] == [*pictures[:3], third]


def test_many_places_of_a_bar_that_is_dragged_are_few_jobs(engine):
    run = engine(Choice("town"))
    run.seek(60)
    until(lambda: run.status.step == 60 and run.status.seeking < 0)
    for step in (*range(59, 5, -1), 33):
        run.seek(step)
    until(lambda: run.status.step == 33 and run.status.seeking < 0)
    assert run.status.farthest == 60


def test_snapshots_stay_within_their_memory_and_lie_evenly():
    simulation = Simulation(SMALL.load(), seed=1)
    one = Snapshots(10**9)
    one.take(simulation, 0, {})
    memory = one.bytes * 5
    few = Snapshots(memory)
    for _ in range(60):
        few.take(simulation, 0, {})
        assert few.bytes <= memory
        simulation.step()
    assert few.steps[0] == 0
    assert 3 <= len(few.steps) <= 10
    assert set(np.diff(few.steps)) == {few.stride}
    assert few.steps[-1] > 60 - 2 * few.stride


def test_a_restored_simulation_shares_nothing_that_changes():
    simulation = Simulation(SMALL.load(), seed=1)
    kept = Snapshots(10**9)
    for _ in range(20):
        kept.take(simulation, 0, {})
        simulation.step()
    snapshot = kept.nearest(11, exact=False)
    results = []
    for _ in range(2):
        restore(simulation, snapshot)
        assert simulation.step_number == 10
        for _ in range(8):
            simulation.step()
        results.append(state_of(simulation))
    assert results[0] == results[1]


def test_a_copy_that_is_restored_leaves_the_original_alone():
    simulation = Simulation(SMALL.load(), seed=1)
    kept = Snapshots(10**9)
    for _ in range(20):
        kept.take(simulation, 0, {})
        simulation.step()
    now, other = state_of(simulation), copied(simulation)
    restore(other, kept.nearest(11, exact=False))
    mine, others = vars(simulation)["_world"], vars(other)["_world"]
    for name, values in {**mine.state._asdict(), **mine.scratch._asdict()}.items():
        group = others.state if name in mine.state._fields else others.scratch
        assert not np.shares_memory(values, getattr(group, name)), name
    for _ in range(5):
        other.step()
    assert state_of(simulation) == now


def test_the_next_moment_is_found_among_the_days_done_and_those_to_come(engine):
    run = engine()
    dates = []
    for _ in range(6):
        dates.append(date_of_next_moment(run))
    assert dates == sorted(set(dates))
    assert "2014-03-06" in dates  # a revolution abroad
    assert "2014-03-10" in dates  # the factory closes
    go(run, 0)
    again = []
    for _ in range(6):
        again.append(date_of_next_moment(run))
    assert again == dates
    done = run.ask(
        lambda model: next_moment(model.simulation, beginnings(model.simulation.scenario), 0, 3)
    ).result(30)
    assert done is None or done <= 3


@pytest.mark.parametrize("view", ["network", "country", "who"])
def test_a_view_that_went_back_shows_what_it_would_have_shown_then(view):
    simulation = Simulation(SMALL.load(), seed=1)
    days = {0: copied(simulation)}
    while simulation.step_number < 40:
        simulation.step()
        days[simulation.step_number] = copied(simulation)
    cache = ViewCache()
    for k in (40, 39, 20, 12, 0, 33):
        assert cache.draw(view, days[k], (620, 560), 7) == ViewCache().draw(
            view, days[k], (620, 560), 7
        )


def test_the_series_that_went_back_ends_on_the_day_shown():
    simulation = Simulation(SMALL.load(), seed=1)
    days = {}
    while simulation.step_number < 40:
        simulation.step()
        days[simulation.step_number] = copied(simulation)
    cache, size = ViewCache(), (420, 340)
    for k in (40, 39, 36, 35, 20):
        fresh = ViewCache()
        if k < 40:
            fresh.draw("series", days[40], size, None)  # the scale stays that of the days done
            fresh.draw("series", days[1], size, None)
        drawn = fresh.draw("series", days[k], size, None)
        assert cache.draw("series", days[k], size, None) == drawn


def test_an_order_on_the_way_to_days_to_come_acts_at_once_and_the_way_goes_on(engine):
    run = engine(Choice("town", 20_000), max_citizens=20_000)
    run.seek(60)
    run.enact(BLOCK).result(30)
    until(lambda: run.status.step == 60 and run.status.seeking < 0)
    (order,) = run.interventions
    assert order.begins < 60
    plain = Simulation(Choice("town", 20_000).load(), seed=1)
    plain = ordered(plain, 60, {order.begins: BLOCK})
    assert page_state(run)["run"] == state_of(plain)


def test_to_ask_about_a_citizen_changes_nothing(engine):
    run = engine()
    run.compare("violence").result(30)
    for day in range(30):
        if day == 12:
            run.enact(BLOCK).result(30)
        run.step()
    until(lambda: run.status.step == 30)
    before = page_state(run)
    run.watch(7).result(30)
    after = page_state(run)
    assert after.pop("account")
    before.pop("account")
    assert after == before
    assert run.status.farthest == 30
    run.watch(8)
    run.step()  # while her last days are simulated again
    until(lambda: run.status.step == 31)
    plain = Simulation(SMALL.load(), seed=1)
    for day in range(31):
        if day == 12:
            plain.enact(BLOCK)
        plain.step()
    assert page_state(run)["run"] == state_of(plain)
