"""Rows of the case table: what the state does, and what it gets."""

from case_internet import ARTICLE, TOWN, without
from case_row import (
    Measure,
    Row,
    World,
    difference,
    fewer,
    mean_of,
    more,
    points,
    spells_of_a_day,
    total,
)
from history import OBLAST, added, cut, dropped, edited, fearless, land, strike, unreadable

from samizdat import Scenario

RECORD = "the record"
DARK = ("platforms_dark", "more_dark")
LIVEJOURNAL = 1 << 0  # the first platform
ALL_DARK = ["vkontakte", "facebook", "twitter", "youtube", "whatsapp", "viber", "skype",
            "instagram"]  # fmt: skip


def on_the_day() -> Measure:
    """People in the street on 21 May 2016."""
    return total("mobilise", "2016-05-21", "2016-05-21")


def strong_call() -> Scenario:
    """A call for 21 May as strong as that of Aktobe, with arrests and darkness as dated."""
    world = land("2016-05-10", "2016-05-21", 1_000_000)
    return edited(world, "call_for_21", shock=0.8, coverage=0.06, seeds=0.06)


def unanswered() -> Scenario:
    """The strong call, and nothing done against it."""
    return dropped(strong_call(), "arrests_beforehand", *DARK, "mobile_off")


def organisers_arrested() -> Scenario:
    """The strong call, and nothing done but the arrests of organisers."""
    return added(unanswered(), id="organisers", kind="setting", from_="2016-05-17", days=3,
                 set={"detain_organisers": 0.9})  # fmt: skip


def dark_from(first: str, days: int) -> World:
    """The strong call, and all eight platforms dark from a date."""
    return lambda: added(unanswered(), id="dark", kind="action", lever="blocking", from_=first,
                         days=days, cover_story=True, platforms=ALL_DARK)  # fmt: skip


def autumn() -> Scenario:
    """The oblast from the last wave of the strike."""
    return strike("2011-11-14", "2012-01-31", 50_000)


def spring() -> Scenario:
    """The spring of 2016."""
    return land(citizens=50_000)


def large_spring() -> Scenario:
    """The spring of 2016, with enough citizens to see what is rare."""
    return land(citizens=300_000)


def pursued() -> Scenario:
    """The same without arrests beforehand, so that all who posted and are held are prosecuted."""
    return dropped(large_spring(), "arrests_beforehand")


def by_rule() -> Scenario:
    """A state that asks for a block at two visible posts a thousand online."""
    return land(citizens=50_000, regime__actions="rule", blocking__trigger_posts=0.002)


ROWS = (
    Row(
        id="arrests_of_organisers_quieten_a_strong_call",
        claim="Over a thousand were detained before 21 May 2016, and the day stayed quiet.",
        source=ARTICLE,
        world=organisers_arrested,
        undone=without("organisers"),
        effect=more(on_the_day()),
        size=(-1, -0.5),
        why="found: -.71 to -.78; half of it is asked for, as regions differ by chance",
        mechanism="a call falls if its whole committee is in detention",
        mechanism_off=lambda w: w.change({"rally.on": 0}),
    ),
    Row(
        id="the_darkness_of_the_record_does_not",
        claim="Platforms went dark on 20 and 21 May, when all who would come knew.",
        source=ARTICLE,
        world=lambda: dropped(strong_call(), "arrests_beforehand"),
        undone=without(*DARK, "mobile_off"),
        effect=more(on_the_day()),
        size=(-0.15, 0.05),
        why="found: -.04 to -.06; a fifth of what arrests do",
        small=True,
        mechanism="what is dark keeps back news that nearly everybody has",
        mechanism_off=lambda w: w.change({"blocking.on": 0, "blackout.on": 0}),
    ),
    Row(
        id="darkness_before_the_news_would_have",
        claim="Darkness works where it comes before the news.",
        source="the model's news by channel",
        world=dark_from("2016-05-14", 8),
        undone=without("dark"),
        effect=more(on_the_day()),
        size=(-0.4, -0.12),
        why="found: -.22 to -.23; half of it, and nearly twice",
        mechanism="pages, ties and strangers' posts reach nobody on a blocked platform",
        mechanism_off=lambda w: w.change({"blocking.on": 0}),
    ),
    Row(
        id="the_moratorium_eases_grievance",
        claim="The moratorium of early May was a concession.",
        source=RECORD,
        world=large_spring,
        undone=without("moratorium"),
        effect=difference(mean_of("grievance", "2016-05-07", "2016-05-14", "Atyrau")),
        size=(-0.004, -0.0007),
        why="found: -.0015 to -.0017: a shock of .18, felt by one in a hundred; half and double",
        mechanism="a concession ends the shock of its event",
    ),
    Row(
        id="shots_empty_the_square",
        claim="Shots ended the strike.",
        source=ARTICLE,
        world=autumn,
        undone=without("shooting"),
        effect=more(total("mobilise", "2011-12-16", "2011-12-22", (TOWN,))),
        size=(-0.9, -0.4),
        why="found: -.52 where nothing goes on the next day, -.74 to -.75 where it does",
        mechanism="terror",
        mechanism_off=lambda w: w.change({"violence.on": 0}),
    ),
    Row(
        id="shots_embitter_for_longer",
        claim="Violence dampens at first and embitters later.",
        source="Dornschneider-Elkink & Edmonds 2022 (an input: a check)",
        world=lambda: cut("kazakhstan", "2011-11-14", "2012-08-01", 20_000, OBLAST),
        undone=without("shooting"),
        effect=difference(mean_of("grievance", "2012-07-01", "2012-07-31", TOWN)),
        size=(0.0025, 0.01),
        why="found: .0048 to .0050, seven months later; half and double",
        mechanism="backlash",
        mechanism_off=lambda w: w.change({"violence.on": 0}),
    ),
    Row(
        id="the_town_cut_off_is_silent",
        claim="Zhanaozen's networks were off for twenty days.",
        source=ARTICLE,
        world=autumn,
        undone=without("town_dark"),
        effect=more(total("posts", "2011-12-16", "2012-01-04", (TOWN,))),
        size=(-1, -1),
        why="where there is no network nobody posts",
        mechanism="blackout",
        mechanism_off=lambda w: w.change({"blackout.on": 0}),
    ),
    Row(
        id="the_emergency_arrests",
        claim="Some seventy were arrested on the day after.",
        source=RECORD,
        world=autumn,
        undone=without("emergency"),
        effect=fewer(total("newly_detained", "2011-12-16", "2012-01-31", (TOWN,))),
        size=(-1, -0.8),
        why="the usual capacity is 2e-6 of the town a day, that of the emergency 7e-4",
        mechanism="arrests of those in the street",
    ),
    Row(
        id="without_a_call_no_16_december",
        claim="More than three thousand came on 16 December, the jubilee.",
        source=ARTICLE,
        world=autumn,
        undone=without("call_for_16"),
        effect=fewer(total("mobilise", "2011-12-16", "2011-12-16", (TOWN,))),
        size=(-1, -0.8),
        why="the strike's last wave is over by then (the call is put in)",
        mechanism="a dated call",
    ),
    Row(
        id="stricter_laws_silence",
        claim="Press and criminal law of 2011 to 2014 make people careful.",
        source=ARTICLE,
        world=spring,
        undone=lambda w: w.change({"chill": 0.05}),
        effect=more(total("share")),
        size=(-0.55, -0.25),
        why="found: -.41 to -.42 of those who share; a third either way",
        mechanism="fear, which only those who mind risk feel",
        mechanism_off=fearless,
    ),
    Row(
        id="monitoring_silences",
        claim="The concept of November 2011 brought monitoring.",
        source=ARTICLE,
        world=spring,
        undone=lambda w: w.change({"surveillance": 0.05}),
        effect=more(total("posts")),
        size=(-0.3, -0.1),
        why="found: -.18 to -.20; half either way",
        mechanism="who can be read fears a penalty",
        mechanism_off=unreadable,
    ),
    Row(
        id="some_who_posted_are_prosecuted",
        claim="Authors of posts were prosecuted.",
        source=ARTICLE,
        world=pursued,
        undone=lambda w: w.change({"sanction": 0}),
        effect=fewer(total("newly_detained")),
        size=(-1, -0.6),
        why="found: -.83 to -1: half a dozen of 300,000, and next to nobody is held otherwise",
        mechanism="prosecution of posts that are read",
        mechanism_off=lambda w: w.change({"surveillance": 0}),
    ),
    Row(
        id="prosecution_of_a_few_hardly_silences",
        claim="A few known cases a year stop the few, not the many.",
        source="Pan & Siegel 2020",
        world=pursued,
        undone=lambda w: w.change({"sanction": 0}),
        effect=more(total("posts")),
        size=(-0.001, -0.00005),
        why="found: two posts in ten thousand fewer; a quarter and five times as many",
        mechanism="arrests deter the arrested; no rule makes others afraid of them",
        mechanism_off=lambda w: w.change({"surveillance": 0}),
    ),
    Row(
        id="the_law_of_2014_blocks_at_once_where_the_state_acts_by_rule",
        claim="Since April 2014 the prosecutor may block without a court.",
        source=ARTICLE,
        world=by_rule,
        undone=lambda w: w.change({"blocking.authority": "court"}),
        effect=more(total("posts_suppressed")),
        size=(0.5, 2.5),
        why="found: 1.0 to 1.6 times as many again in two months; half either way",
        mechanism="a court takes three weeks",
        mechanism_off=lambda w: w.change({"blocking.delay_days": 0}),
    ),
    Row(
        id="few_know_a_vpn_and_it_changes_little",
        claim="Few know anonymisers, fewer would risk it.",
        source=ARTICLE,
        world=large_spring,
        undone=lambda w: w.change({"circumvention.literacy": 0}),
        effect=more(total("posts", "2016-05-21", "2016-05-21")),
        size=(0.0002, 0.002),
        why="found: 7 to 8 posts in ten thousand more; a third and double",
        mechanism="one in twenty could get one, two days are dark, behind one some dare",
        mechanism_off=without(*DARK),
    ),
    Row(
        id="dark_platforms_carry_fewer_posts",
        claim="Eight platforms were dark on 20 and 21 May.",
        source=ARTICLE,
        world=spring,
        undone=without(*DARK),
        effect=more(total("posts", "2016-05-20", "2016-05-21")),
        size=(-0.45, -0.15),
        why="found: -.28 to -.31; half either way",
        mechanism="blocking",
        mechanism_off=lambda w: w.change({"blocking.on": 0}),
    ),
    Row(
        id="livejournal_gone_angers_its_readers",
        claim="LiveJournal was gone from October 2008; the operator denied a block.",
        source=ARTICLE,
        world=lambda: cut("kazakhstan", "2008-10-01", "2008-12-31", 20_000),
        undone=without("livejournal_2008"),
        effect=points("grievance", lambda s: s.state["access"] & LIVEJOURNAL != 0),
        size=(1.2, 4),
        why="found: 2.2 to 2.4 points (.05 a day for a fortnight, much of it excused or denied); "
        "half and double",
        mechanism="frustration, of which a cover story spares the state four fifths",
        mechanism_off=lambda w: w.change({"grievance.frustration": 0}),
    ),
    Row(
        id="rallies_last_a_day",
        claim="Most protests last one day.",
        source="Mass Mobilization data: 87 % worldwide (put in by continuation and camps)",
        world=large_spring,
        undone=lambda w: w.change({"rally.on": 0}),
        effect=difference(spells_of_a_day),
        size=(0.4, 1),
        why="found: .72 to .78 more of the spells; half of it",
        mechanism="a rally is an appointment",
    ),
)
