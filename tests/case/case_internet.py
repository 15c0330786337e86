"""Rows of the case table: what the net does, and what is said on it."""

from case_row import (
    Row,
    Undoing,
    difference,
    everybody,
    fewer,
    more,
    offline,
    online,
    points,
    readers,
    total,
)
from history import cut, dropped, edited, events, land, strike, table_of

from samizdat import Scenario

ARTICLE = "the source article"
TOWN, OBLAST = "Zhanaozen", "Mangystau"
NOTHING_READ = {
    "trust.doubt": 0, "trust.displacement": 0, "trust.cynicism": 0, "trust.dissent": 0, "egov": 0,
}  # fmt: skip


def nobody_online(world: Scenario) -> Scenario:
    """Arm 1: nobody is online, and what stands on pages reaches nobody."""
    return world.change({"adoption.ceiling": 0})


def same_news_by_press(world: Scenario) -> Scenario:
    """Arm 2: nobody is online, and press and word tell all of the same news."""
    return world.change({"adoption.ceiling": 0, "attention.online_share": 0})


def counted_as_shares(world: Scenario) -> Scenario:
    """Ties count as shares, nobody sees what strangers post, and the press tells all news."""
    return world.change({"reach.dilution": 1, "attention.feed": 0, "attention.online_share": 0})


def year() -> Scenario:
    """The strike in an oblast of its real size; one citizen stands for ten people."""
    return strike("2011-05-01", "2011-12-31", 50_000)


def spring() -> Scenario:
    """The spring of 2016."""
    return land(citizens=50_000)


def winter() -> Scenario:
    """The country after the shots, without the weeks before."""
    return cut("kazakhstan", "2011-12-01", "2012-02-28", 40_000)


def twelve_years(regime: str = "") -> Scenario:
    """The whole history; under a regime, if one is named."""
    world = cut("kazakhstan", "2005-01-01", "2016-12-31", 10_000)
    return world.under(regime) if regime else world


def strangers_and_ties_silent(world: Scenario) -> Scenario:
    """Nobody learns of anything from ties, pages, strangers or the foreign press."""
    return world.change({"attention.beta": 0, "attention.feed": 0, "attention.online_share": 0,
                         "attention.foreign_reach": 0})  # fmt: skip


def told_by_nobody(world: Scenario) -> Scenario:
    """Press and word in public tell nothing, and wake nobody on the first day."""
    return edited(world, *events(world), coverage=0, seeds=0)


def without(*entries: str) -> Undoing:
    """Undo entries of the timeline."""
    return lambda world: dropped(world, *entries)


def not_told_abroad(world: Scenario) -> Scenario:
    """The waves of the strike move nobody elsewhere."""
    return edited(world, *events(world, "strike_"), shock_abroad=0)


def unheard_abroad(world: Scenario) -> Scenario:
    """Nobody reads the foreign press, what strangers post, or what ties say."""
    deaf = world.change({"attention.beta": 0, "attention.feed": 0})
    return table_of(deaf, foreign_press={"audience": 0})


ROWS = (
    Row(
        id="the_net_raises_the_strike",
        claim="The strike of 2011 was organised on social networks.",
        source=ARTICLE,
        world=year,
        undone=nobody_online,
        effect=more(total("mobilise")),
        size=(0.3, 1.3),
        why="found: .64 to .94 here, .50 to .63 with all people of the oblast; half and double",
        mechanism="ties counted between share and number, pages, strangers' posts",
        mechanism_off=counted_as_shares,
        left=(-0.2, 0.25),
        gap=0.1,  # found: .64 to .78 in the first arm, .21 to .32 in the second
    ),
    Row(
        id="the_net_raises_the_strike_even_if_the_press_told_all",
        claim="The same, had press and word told all that stood on pages.",
        source=ARTICLE,
        world=year,
        undone=same_news_by_press,
        effect=more(total("mobilise")),
        size=(0.08, 0.7),
        why="found: .22 to .44 here, .17 to .23 with all people of the oblast; half and double",
        mechanism="ties counted between share and number, strangers' posts",
        mechanism_off=counted_as_shares,
        left=(-0.2, 0.25),
        gap=0.1,  # found: .64 to .78 in the first arm, .21 to .32 in the second
    ),
    Row(
        id="the_net_spreads_the_news_of_may_2016",
        claim="News of the land protests spread on social networks.",
        source=ARTICLE,
        world=spring,
        undone=nobody_online,
        effect=more(total("aware", "2016-05-01")),
        size=(0.6, 1.2),
        why="found: .86 to .92; a third either way",
        mechanism="pages, ties, strangers' posts",
        mechanism_off=strangers_and_ties_silent,
        left=(-0.02, 0.02),
    ),
    Row(
        id="the_net_spreads_the_news_of_may_2016_even_if_the_press_told_all",
        claim="The same, had press and word told all that stood on pages.",
        source=ARTICLE,
        world=spring,
        undone=same_news_by_press,
        effect=more(total("aware", "2016-05-01")),
        size=(0.12, 0.4),
        why="found: .23 to .24; half and more",
        mechanism="ties and strangers' posts",
        mechanism_off=strangers_and_ties_silent,
        left=(-0.02, 0.02),
    ),
    Row(
        id="the_dead_are_known_elsewhere_by_the_net_alone",
        claim="What happened at Zhanaozen became known in the country, though not by its press.",
        source=ARTICLE,
        world=winter,
        undone=nobody_online,
        effect=difference(total("aware", "2011-12-17", outside=(TOWN, OBLAST))),
        size=(4e4, 1.1e5),
        why="found: 1.7 days for each citizen; half as much either way",
        mechanism="pages: who has no platform does not see them",
        slow=False,
    ),
    Row(
        id="offline_the_press_tells",
        claim="Who is offline learns from press and word.",
        source="the model's news by channel",
        world=lambda: nobody_online(strike("2011-05-11", "2011-06-30", 20_000)),
        undone=told_by_nobody,
        effect=fewer(total("aware")),
        size=(-1, -0.95),
        why="without press and word the first who knows is missing",
        mechanism="the share of the news that press and word tell",
        mechanism_off=lambda w: w.change({"attention.online_share": 1}),
        slow=False,
    ),
    Row(
        id="two_counts_cost_trust",
        claim="Two counts of the dead, 16 and 73, cost the state trust in the whole country.",
        source=ARTICLE,
        world=winter,
        undone=without("two_counts"),
        effect=points("trust", everybody),
        size=(-2.0, -1.0),
        why="found: -1.4 to -1.5 points; a third either way",
        mechanism="cynicism: who is aware and finds both counts believes the state less",
        mechanism_off=lambda w: w.change({"trust.cynicism": 0}),
        slow=False,
    ),
    Row(
        id="two_counts_cost_trust_most_online",
        claim="Most among those online, who find both.",
        source=ARTICLE,
        world=winter,
        undone=without("two_counts"),
        effect=points("trust", online),
        size=(-4.2, -2.1),
        why="found: -3.1 points; a third either way, and more than the nation's",
        mechanism="any platform tells of the contradiction",
        mechanism_off=lambda w: w.change({"trust.cynicism": 0}),
        slow=False,
    ),
    Row(
        id="two_counts_cost_trust_of_readers",
        claim="And among those who read the foreign press.",
        source=ARTICLE,
        world=winter,
        undone=without("two_counts"),
        effect=points("trust", readers),
        size=(-3.8, -2.0),
        why="found: -2.8 to -2.9 points; a third either way",
        mechanism="cynicism",
        mechanism_off=lambda w: w.change({"trust.cynicism": 0}),
        slow=False,
    ),
    Row(
        id="two_counts_hardly_reach_who_is_offline",
        claim="Who is offline hears of a second count from kin alone.",
        source=ARTICLE,
        world=winter,
        undone=without("two_counts"),
        effect=points("trust", offline),
        size=(-0.5, -0.1),
        why="found: -.26 points; double and less than half, and a tenth of those online",
        mechanism="cynicism by word of mouth",
        mechanism_off=lambda w: w.change({"trust.cynicism": 0}),
        slow=False,
    ),
    Row(
        id="who_reads_elsewhere_trusts_less_as_the_net_grows",
        claim="State media lose their hold on those who read elsewhere.",
        source=ARTICLE,
        world=twelve_years,
        undone=nobody_online,
        effect=points("trust", readers),
        size=(-9, -4),
        why="found: -6.6 to -6.7 points; a third either way",
        mechanism="doubt, the broadcast's lost hold, dissent, two counts; less what services win",
        mechanism_off=lambda w: w.change(NOTHING_READ),
    ),
    Row(
        id="services_online_win_trust",
        claim="Portal, blogs and accounts won the state trust among those online.",
        source=ARTICLE,
        world=twelve_years,
        undone=lambda w: w.without("egov"),
        effect=points("trust", everybody),
        size=(0.3, 1.1),
        why="found: .9 points online, three quarters of the country; half either way",
        mechanism="services online reach those who are there",
        mechanism_off=nobody_online,
    ),
    Row(
        id="state_media_persuade",
        claim="Television and print of the state keep trust up.",
        source=ARTICLE,
        world=twelve_years,
        undone=lambda w: w.without("broadcast"),
        effect=points("trust", everybody),
        size=(3, 6.5),
        why="found: 4.7 points; at rest 5e-4 a day of .67 x .33 against a pull of .002 gives 5",
        mechanism="broadcast",
    ),
    Row(
        id="blocking_the_foreign_press_protects_trust",
        claim="Who cannot read elsewhere keeps trusting.",
        source=ARTICLE,
        world=lambda: twelve_years("networked"),
        undone=lambda w: w.change({"blocking.standing": []}),
        effect=points("trust", readers),
        size=(4, 9),
        why="found: 6.6 to 6.7 points; a third either way",
        mechanism="without the press neither doubt nor a lost hold",
        mechanism_off=lambda w: w.change(NOTHING_READ),
        left=(-0.05, 0.05),
    ),
    Row(
        id="appeals_abroad_come_home",
        claim="Strikers called out abroad, and it came back to the rest of the country.",
        source=ARTICLE,
        world=lambda: cut("kazakhstan", "2011-05-01", "2011-12-12", 100_000),
        undone=not_told_abroad,
        effect=difference(total("aware", outside=(TOWN, OBLAST))),
        size=(1.2e4, 4e4),
        why="found: 22,500 to 25,900 days of 22 million; half, and half as much again",
        mechanism="readers of the foreign press, strangers' posts and kin in the town tell it",
        mechanism_off=unheard_abroad,
    ),
    Row(
        id="under_a_ban_fewer_learn",
        claim="Uzbekistan's way, no foreign platform and no foreign press, keeps news small.",
        source=ARTICLE,
        world=lambda: spring().under("ban"),
        undone=lambda w: w.without("ban"),
        effect=more(total("aware")),
        size=(-0.65, -0.3),
        why="found: -.50 to -.51; a third either way",
        mechanism="pages, ties, strangers' posts",
        mechanism_off=nobody_online,
        slow=False,
    ),
)
