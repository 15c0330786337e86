"""What the state does to bodies and to nerve: shots, a town cut off, arrests, laws, watching."""

import numpy as np
import pytest
from history import (
    OBLAST,
    cut,
    day_of,
    dropped,
    fearless,
    kept,
    land,
    lives_in,
    over_seeds,
    strike,
    twins,
    unreadable,
)

from samizdat import Simulation
from samizdat.core.layout import AWARE, FOREIGN, PLATFORMS
from worlds import same_state

TOWN = "Zhanaozen"
AUTUMN = {"start": "2011-11-14", "citizens": 30_000}  # from the last wave of the strike


def town_of(simulation):
    """The days of Zhanaozen, by date."""
    days = simulation.regions
    return days[days["region"] == TOWN].set_index("date")


def fines(**values):
    """A spring in which a post that is read is prosecuted with 10 % a day."""
    return land(**{"sanction": 0.1, **values})


# The shooting of 16 December 2011


@pytest.fixture(scope="module")
def eve():
    """The town with and without the shots, on the evening before."""
    world = strike(**AUTUMN)
    return twins(world, dropped(world, "shooting"), "2011-12-15")


def test_before_the_shots_nothing_differs(eve):
    assert same_state(*eve)


def test_shots_terrify_who_knew_and_nobody_else_on_that_day():
    world = strike(**AUTUMN)
    shot, spared = twins(world, dropped(world, "shooting"), "2011-12-15")
    before = kept(shot, "attention", "fear", "grievance")
    shot.step(), spared.step()
    hit = (before["attention"] == AWARE) & lives_in(shot, TOWN)
    assert np.array_equal(shot.state["fear"] != spared.state["fear"], hit)
    rise = shot.state["fear"][hit] - spared.state["fear"][hit]
    # terror of 1.5 a day; float32
    assert rise == pytest.approx(-np.expm1(-1.5) * (1 - before["fear"][hit]), abs=1e-6)
    anger = shot.state["grievance"][hit] - spared.state["grievance"][hit]
    assert anger == pytest.approx(-np.expm1(-0.05) * (1 - before["grievance"][hit]), abs=1e-6)


def test_shots_empty_the_square():
    world = strike(**AUTUMN)
    for seed in (1, 2):
        shot, spared = twins(world, dropped(world, "shooting"), "2011-12-22", seed)
        weeks = [town_of(s).loc["2011-12-17":, "mobilise"].sum() for s in (shot, spared)]
        assert weeks[0] < 0.25 * weeks[1]  # found: 0.10 - 0.15


def test_shots_dampen_at_first_and_embitter_for_longer():
    world = cut("kazakhstan", "2011-11-14", "2012-08-01", 20_000, OBLAST)
    # Without the shots there are no dead to count in two ways.
    shot, spared = twins(world, dropped(world, "shooting", "two_counts"), "2012-08-01")
    rows = [town_of(simulation) for simulation in (shot, spared)]
    fear, grievance, opposition = (
        rows[0][name] - rows[1][name] for name in ("fear", "grievance", "opposition")
    )
    # Fear calms at 0.02 a day, grievance relaxes at 0.004.
    assert fear["2012-07-01"] < 0.1 * fear["2011-12-18"]
    assert grievance["2012-07-01"] > 0.25 * grievance["2011-12-18"] > 0
    assert opposition["2012-07-01"] > 0


@pytest.mark.parametrize("off", [{"violence.on": 0}, {"fear.terror": 0, "grievance.backlash": 0}])
def test_where_shots_move_nobody_their_absence_changes_nothing(off):
    world = strike(end="2012-01-10", **AUTUMN).change(off)
    assert same_state(*twins(world, dropped(world, "shooting"), "2012-01-10"))


# The town cut off


def test_the_town_is_dark_from_16_december_to_4_january_and_the_oblast_is_not():
    days = Simulation(strike(end="2012-01-10", **AUTUMN), seed=1).run().regions
    dark = days[days["blackout"] == 1]
    assert set(dark["region"]) == {TOWN}
    assert [str(dark["date"].iloc[k].date()) for k in (0, -1)] == ["2011-12-16", "2012-01-04"]
    assert len(dark) == 20
    assert dark["posts"].max() == dark["posts_heard"].max() == 0
    assert days[(days["date"] == "2011-12-16") & (days["region"] == "Mangystau")]["posts"].sum()


def test_nobody_in_the_dark_town_reads_anything_vpn_or_not():
    world = strike(**AUTUMN, circumvention__literacy=1)
    simulation = Simulation(world, seed=1).run(day_of("2011-12-16"))
    here = lives_in(simulation, TOWN)
    ears = simulation.state["ears"] & (PLATFORMS | FOREIGN)
    assert not ears[here].any()
    assert ears[~here].any()
    assert simulation.state["circumventing"][here].any()  # from the block of LiveJournal before


def test_without_the_blackout_the_town_posts_on():
    world = strike(end="2012-01-04", **AUTUMN)
    dark, lit = twins(world, dropped(world, "town_dark"), "2012-01-04")
    before = [s.regions[s.regions["date"] < "2011-12-16"] for s in (dark, lit)]
    assert before[0].equals(before[1])
    assert town_of(dark).loc["2011-12-16":, "posts"].sum() == 0
    assert town_of(lit).loc["2011-12-16":, "posts"].sum() > 0


def test_where_nobody_is_online_the_blackout_changes_nothing():
    world = strike(end="2012-01-10", **AUTUMN, adoption__ceiling=0)
    assert same_state(*twins(world, dropped(world, "town_dark"), "2012-01-10"))


# The emergency


def test_seventy_can_be_arrested_a_day_in_a_town_of_100_000():
    simulation = Simulation(strike(**AUTUMN), seed=1).run(day_of("2011-12-17"))
    town = simulation.scenario.region_names.index(TOWN)
    assert simulation.signals["arrests"][town] / simulation.sizes[town] * 1e5 == pytest.approx(70)


def test_as_many_are_arrested_the_next_day():
    worlds = [*over_seeds(strike(end="2011-12-17", **AUTUMN), 4)]
    taken = sum(town_of(w).loc["2011-12-17", "newly_detained"] for w in worlds)
    expected = 70 / 1e5 * 4 * worlds[0].sizes[1]  # about 16
    assert taken == pytest.approx(expected, abs=3 * np.sqrt(expected))


def test_without_the_emergency_hardly_anybody_is_arrested():
    world = strike(end="2012-01-31", **AUTUMN)
    law, usual = twins(world, dropped(world, "emergency"), "2012-01-31")
    arrests = [town_of(s)["newly_detained"].sum() for s in (law, usual)]
    assert arrests[1] < 0.1 * arrests[0]


def test_the_emergency_ends_with_january():
    world = strike(end="2012-02-01", **AUTUMN)
    simulation = Simulation(world, seed=1)
    held = {}
    while not simulation.finished:
        simulation.step()
        held[str(simulation.date)] = simulation.environment.values["arrests.capacity"][1]
    days = [date for date, capacity in held.items() if capacity == 7e-4]
    assert (days[0], days[-1], len(days)) == ("2011-12-16", "2012-01-31", 47)


def test_where_nobody_would_be_on_the_square_the_emergency_changes_nothing():
    world = strike(end="2012-01-31", **AUTUMN, decision__cost=100)
    assert same_state(*twins(world, dropped(world, "emergency"), "2012-01-31"))


# Press and criminal law, monitoring


def test_the_law_raises_everybodys_fear_to_its_chill():
    world = cut("kazakhstan", "2012-01-04", "2012-04-14", 10_000)
    law, before = twins(world, dropped(world, "security_law"), "2012-01-05")
    assert same_state(law, before)
    law.run(day_of("2012-04-14")), before.run(day_of("2012-04-14"))
    risen = 0.05 * -np.expm1(-0.02 * 100)  # calm draws fear to the chill at 0.02 a day
    assert law.state["fear"] - before.state["fear"] == pytest.approx(risen, abs=1e-6)


def test_chilled_citizens_speak_less_and_censor_themselves_more_often():
    for seed in (1, 2):
        law, before = twins(land(), land(chill=0.05), "2016-05-05", seed)
        open_dissent = [s.summary["open_dissent_days"] for s in (law, before)]
        assert open_dissent[0] < 0.9 * open_dissent[1]
        latent = [s.summary["mean_latent_self_censor"] for s in (law, before)]
        assert latent[0] > latent[1]


def test_where_nobody_minds_risk_the_chill_silences_nobody():
    bold = fearless(land(citizens=20_000))
    law, before = twins(bold, bold.change({"chill": 0}), "2016-05-31")
    postures = ["silent", "self_censor", "share", "mobilise", "detained", "posts"]
    assert law.nation[postures].equals(before.nation[postures])
    assert not np.array_equal(law.state["fear"], before.state["fear"])


def test_monitoring_begins_with_the_concept_of_november_2011():
    world = strike("2011-11-13", "2011-11-15", 1_000)
    simulation, seen = Simulation(world, seed=1), []
    while not simulation.finished:
        simulation.step()
        seen.append(float(simulation.signals["surveillance"][0]))
    assert seen == [0.05, 0.10, 0.10]


def test_who_is_read_posts_less():
    for seed in (1, 2):
        read, unread = twins(land(), land(surveillance=0), "2016-05-05", seed)
        assert read.nation["posts"].sum() < 0.8 * unread.nation["posts"].sum()


def test_monitoring_silences_only_who_would_post():
    world = strike("2011-12-14", "2011-12-16", 30_000)
    read, unread = twins(world, dropped(world, "monitoring"), "2011-12-15")
    posts, would = (simulation.state["voice"] & PLATFORMS != 0 for simulation in (read, unread))
    assert posts.sum() < would.sum()
    assert not np.any(posts & ~would)


def test_where_no_platform_can_be_read_monitoring_changes_nothing():
    closed = unreadable(strike(end="2011-12-31", **AUTUMN))
    assert same_state(*twins(closed, dropped(closed, "monitoring"), "2011-12-31"))


def test_prosecution_takes_who_posted_where_it_could_be_read():
    fined, spared = twins(fines(), fines(sanction=0), "2016-05-05")
    assert fined.nation["newly_detained"].sum() > spared.nation["newly_detained"].sum()


def test_where_nothing_is_read_nobody_is_prosecuted():
    unread = {"citizens": 20_000, "surveillance": 0}
    assert same_state(*twins(fines(**unread), fines(**unread, sanction=0), "2016-05-31"))
