"""The levers of the state: from what it saw in the last step to the signals of today.

The state sees posts on readable platforms and people in the street, never private beliefs. A lever
is a small class with its parameters and one method; LEVERS lists them. A triggered lever gives an
*order*: a span of days in a region. Orders are never withdrawn: each day on which the trigger is
met extends the order to ``duration`` days from then, after the delay of the authority.
"""

import math
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity
from samizdat.regime.lever import (
    BLUE,
    DARK,
    GREEN,
    PURPLE,
    RED,
    YELLOW,
    Lever,
    LeverParameters,
    Look,
    Sign,
    Stage,
    StandingLever,
)
from samizdat.regime.orders import (
    Floats,
    Order,
    RegimeInput,
    RegimeState,
    at_trigger,
    give_order,
    mobilised_share,
    orders_in_force,
    patience_is_over,
)

NOVELTY_DAYS = 14.0  # tau: decay time of the anger over a new block (assumed)
WINDOW = Quantity("days among which those at the trigger count; 0: in a row", 0, 365, "day", off=0)


class Preempt:
    """Arrests beforehand: the state detains a share of those who posted on the day before.

    Rule: none (a setting of the timeline changes it); delay: none; scope: region.
    Formula: the share that acts in a step is 1 - (1 - preempt)^step_days, preempt per day.
    Source: assumed.
    """

    stage = Stage.DAILY
    look = Look("Arrests beforehand", lane="pre-emptive arrests", colour=GREEN)
    claim = "detains a share of those seen to post the day before"
    parameters: ClassVar[LeverParameters] = {
        "preempt": (Quantity("share detained per day", 0, 1, "1/day", 0), 0.0)
    }
    off: ClassVar[dict[str, float]] = {"preempt": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Write the share that acts in a step."""
        signals["preempt"] = 1.0 - (1.0 - inputs.values["preempt"]) ** inputs.step_days


class Arrests:
    """Arrests in the street: the police respond by chance, and detain up to their capacity.

    Rule: on each day, citizens who mobilise; delay: none; scope: region. Formula: the police
    respond in a step with probability 1 - (1 - min(1, response * (1 + alert)))^step_days, and can
    then arrest capacity * N_r * step_days citizens, where N_r is the population of the region. The
    chance of each one in the street follows after the count: see `arrest_chances`.
    Source: response, Mass Mobilization data; capacity assumed.
    """

    stage = Stage.DAILY
    look = Look("Arrests", colour=GREEN)
    claim = "detains those who mobilise, up to a capacity"
    parameters: ClassVar[LeverParameters] = {
        "arrests.capacity": (
            Quantity("arrests per day and citizen of the region", 0, 1, "1/day", 0), 8e-5),
        "arrests.response": (
            Quantity("chance that protest is met by arrests on a day", 0, 1, "1/day", 0,
                     "26 % of Kazakh protests 2000-2020, Mass Mobilization data"), 0.26),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"arrests.capacity": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Write how many the police can arrest today, 0 where they do not respond."""
        v = inputs.values
        response = np.minimum(1.0, v["arrests.response"] * (1.0 + inputs.alert * inputs.triggers))
        responds = inputs.draws < 1.0 - (1.0 - response) ** inputs.step_days
        arrests = v["arrests.capacity"] * inputs.seen.population * inputs.step_days
        signals["arrests"] = np.where(responds, arrests, 0.0)


def arrest_chances(arrests: Floats, mobilised: NDArray[np.int64]) -> Floats:
    """Return the chance of arrest of each citizen in the street (R,), in [0, 1].

    q_r = min(1, arrests_r / max(1, mobilised_r)), from how many the police can arrest in a step
    (R,) and how many are in the street (R,). So there is safety in numbers.
    """
    return np.asarray(np.minimum(1.0, arrests / np.maximum(1, mobilised)))


class Blocking:
    """Blocking of platforms: ordered by a court after a delay, or by the prosecutor without one.

    Rule: dated, or when visible posts per citizen online reach `trigger_posts`, or the mobilised
    share of a region `trigger_street`; delay: `delay_days` under a court, none under the
    prosecutor; scope: the region or the nation. Formula: blocked_r |= the platforms listed, for
    `duration` days after the last day at a trigger; see also `write_novelty`. The standing block
    is no order and has no age: blocked_r |= the platforms of `blocking.standing` on every day, of
    novelty 0 and without a cover story, by record and by rule.
    Source: the law of 23 April 2014 (authority), #KeepItOn (duration), else assumed.
    """

    stage = Stage.DAILY
    dated = ("regions", "platforms", "cover_story")
    look = Look(
        "Blocking of platforms", title="Blocking by rule", phrase="blocking", lane="blocking",
        prefix="blocked", colour=BLUE, signal="blocked", sign=Sign("⊘", "blocked", "#5B2A86"),
        button="Block",
    )  # fmt: skip
    claim = "takes platforms away from those without a VPN"
    parameters: ClassVar[LeverParameters] = {
        "blocking.on": (Quantity("0: never blocks", 0, 1, off=0, whole=True), 1.0),
        "blocking.trigger_posts": (
            Quantity("visible posts per citizen online that trigger it; 0: never", 0, 1, off=0),
            0.0),
        "blocking.trigger_street": (
            Quantity("mobilised share of a region that triggers it; 0: never", 0, 1, off=0), 0.0),
        "blocking.authority": (
            Quantity("who orders it", 0, 1, whole=True, names=("court", "prosecutor"),
                     source="court until the law of 23 April 2014, then the prosecutor"), 0.0),
        "blocking.delay_days": (
            Quantity("days from trigger to block, under a court", 0, 365, "day"), 21.0),
        "blocking.duration": (
            Quantity("days that a block outlasts its last trigger", 1, 3650, "day",
                     source="assumed; the median of shutdowns for protest 2016-22 is 3, #KeepItOn"),
            7.0),
        "blocking.scope": (
            Quantity("where it blocks", 0, 1, whole=True, names=("region", "nation")), 1.0),
        "blocking.cover_story": (
            Quantity("1: triggered blocks come with a cover story", 0, 1, whole=True), 0.0),
        "blocking.deniability": (
            Quantity("how far a cover story for a block or blackout is believed", 0, 1, off=0),
            0.8),
        "blocking.standing_on": (
            Quantity("0: the standing block does not hold", 0, 1, off=0, whole=True), 1.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"blocking.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order blocks where triggered, then apply the orders in force and the standing block."""
        v = inputs.values
        if inputs.always_blocked:
            holds = (v["blocking.on"] == 1) & (v["blocking.standing_on"] == 1)
            signals["blocked"] |= np.where(holds, inputs.always_blocked, 0).astype(np.uint16)
        if inputs.triggers:
            per_head = inputs.seen.visible_posts / np.maximum(1, inputs.seen.online)
            met = at_trigger(per_head, v["blocking.trigger_posts"], inputs)
            met |= at_trigger(mobilised_share(inputs), v["blocking.trigger_street"], inputs)
            met &= v["blocking.on"] == 1
            nationwide = met & (v["blocking.scope"] == 1)
            met = (met | bool(nationwide.any())) & (v["blocking.on"] == 1)
            delay = np.where(v["blocking.authority"] == 1, 0.0, v["blocking.delay_days"])
            for r in np.flatnonzero(met):
                give_order(state, inputs, "blocking", int(r), float(delay[r]),
                       float(v["blocking.duration"][r]), inputs.blockable,
                       bool(v["blocking.cover_story"][r]))  # fmt: skip
        for order in orders_in_force("blocking", inputs, state):
            if v["blocking.on"][order.region]:
                signals["blocked"][order.region] |= order.platforms
                write_novelty(order, inputs, signals)


class Blackout:
    """Network off: the state switches off the internet of a region.

    Rule: dated, or when the mobilised share of a region reaches `trigger`; delay: none;
    scope: region. Formula: blackout_r = 1 for `duration` days after the last day at the trigger;
    see also `write_novelty`. Source: duration, #KeepItOn; else assumed.
    """

    stage = Stage.DAILY
    dated = ("regions", "cover_story")
    look = Look(
        "Network off", title="Blackouts by rule", phrase="blackouts", lane="blackouts",
        prefix="network off", colour=DARK, signal="blackout",
        sign=Sign("■", "network off", "0.1"),
    )  # fmt: skip
    claim = "takes all platforms away in a region, VPN or not"
    parameters: ClassVar[LeverParameters] = {
        "blackout.on": (Quantity("0: never", 0, 1, off=0, whole=True), 1.0),
        "blackout.trigger": (
            Quantity("mobilised share of a region that triggers it; 0: never", 0, 1, off=0), 0.0),
        "blackout.duration": (
            Quantity("days that it outlasts its last trigger", 1, 3650, "day",
                     source="median of shutdowns for protest worldwide 2016-22, #KeepItOn"), 3.0),
        "blackout.cover_story": (
            Quantity("1: a triggered blackout comes with a cover story", 0, 1, whole=True),
            0.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"blackout.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order blackouts where triggered, then apply the orders in force."""
        v = inputs.values
        if inputs.triggers:
            met = at_trigger(mobilised_share(inputs), v["blackout.trigger"], inputs)
            for r in np.flatnonzero(met & (v["blackout.on"] == 1)):
                give_order(state, inputs, "blackout", int(r), 0.0, float(v["blackout.duration"][r]),
                       0, bool(v["blackout.cover_story"][r]))  # fmt: skip
        for order in orders_in_force("blackout", inputs, state):
            if v["blackout.on"][order.region]:
                signals["blackout"][order.region] = 1
                write_novelty(order, inputs, signals)


class Ban:
    """Ban: the platforms that the scenario lists cannot be used at all, with a VPN or without.

    Rule: none (it holds while `ban.on` is 1); delay: none; scope: region.
    Formula: allowed_r &= ~banned. Source: assumed.
    """

    stage = Stage.DAILY
    look = Look(
        "Ban", title="Banned platforms", phrase="the ban on platforms", lane="bans",
        prefix="ban", colour=PURPLE,
    )  # fmt: skip
    claim = "forbids platforms in the country"
    parameters: ClassVar[LeverParameters] = {
        "ban.on": (Quantity("0: the list is not applied", 0, 1, off=0, whole=True), 1.0)
    }
    off: ClassVar[dict[str, float]] = {"ban.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Remove the banned platforms from those allowed."""
        keep = np.where(inputs.values["ban.on"] == 1, ~inputs.banned & 0xFFFF, 0xFFFF)
        signals["allowed"] &= keep.astype(np.uint16)


class Violence:
    """Violence: the state shoots at the people in the street.

    Rule: dated, or when the mobilised share of a region has been at `trigger` for `patience_days`
    in a row, or in the last `window_days`; delay: none after that; scope: region. Formula:
    violence_r = the largest strength, in [0, 1], of the orders in force, for `duration` days after
    the last day on which that was so. Source: assumed.
    """

    stage = Stage.DAILY
    dated = ("regions", "strength")
    look = Look(
        "Violence in the street", title="Violence by rule", phrase="violence", lane="violence",
        colour=RED, signal="violence", sign=Sign("✖", "violence", "#A00000"),
        button="violence, one day", one_day=True,
    )  # fmt: skip
    claim = "terrifies at first, aggrieves later"
    parameters: ClassVar[LeverParameters] = {
        "violence.on": (Quantity("0: never", 0, 1, off=0, whole=True), 1.0),
        "violence.trigger": (
            Quantity("mobilised share of a region that triggers it; 0: never", 0, 1, off=0), 0.0),
        "violence.patience_days": (
            Quantity("days at the trigger before it comes", 1, 365, "day"), 3.0),
        "violence.window_days": (WINDOW, 14.0),
        "violence.duration": (Quantity("days that it lasts", 1, 365, "day"), 2.0),
        "violence.strength": (Quantity("strength of triggered violence", 0, 1, off=0), 1.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"violence.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order violence where triggered, then apply the orders in force."""
        v = inputs.values
        if inputs.triggers:
            met = at_trigger(mobilised_share(inputs), v["violence.trigger"], inputs)
            met &= v["violence.on"] == 1
            for r in np.flatnonzero(
                patience_is_over("violence", met, v["violence.patience_days"],
                                 v["violence.window_days"], inputs, state)
            ):  # fmt: skip
                give_order(state, inputs, "violence", int(r), 0.0, float(v["violence.duration"][r]),
                       strength=float(v["violence.strength"][r]))  # fmt: skip
        for order in orders_in_force("violence", inputs, state):
            if v["violence.on"][order.region]:
                worst = max(float(signals["violence"][order.region]), order.strength)
                signals["violence"][order.region] = worst


class Concession:
    """Concession: the state gives in, and the shock of an event ends; news of it continues.

    Rule: dated, or when the nation's mobilised share has been at `trigger` for `patience_days` in
    a row, or in the last `window_days` (then all running events are conceded); delay: none after
    that; scope: the event's regions. Formula: the shock of a conceded event is 0 from that day on.
    Source: assumed.
    """

    stage = Stage.EVENTS
    dated = ("event",)
    look = Look(
        "The state gives in", title="Giving in by rule", phrase="concessions",
        lane="concessions", prefix="", colour=YELLOW, one_day=True,
    )  # fmt: skip
    claim = "ends an event's shock"
    parameters: ClassVar[LeverParameters] = {
        "concession.on": (Quantity("0: never", 0, 1, off=0, whole=True), 1.0),
        "concession.trigger": (
            Quantity("mobilised share of the nation that triggers it; 0: never", 0, 1, off=0),
            0.0),
        "concession.patience_days": (
            Quantity("days at the trigger before it comes", 1, 365, "day"), 7.0),
        "concession.window_days": (WINDOW, 14.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"concession.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Remember which events are conceded, and since when."""
        v = inputs.values
        if not v["concession.on"].all():
            state.days_at_trigger.pop("concession", None)
            state.recent.pop("concession", None)
            return
        for lever, event in inputs.dated_events:
            if lever == "concession":
                state.conceded.setdefault(event, inputs.day)
        if not inputs.triggers:
            return
        seen = inputs.seen
        share = np.array([seen.mobilised.sum() / seen.population.sum()])
        met = at_trigger(share, v["concession.trigger"][:1], inputs)
        patience, window = v["concession.patience_days"][:1], v["concession.window_days"][:1]
        if patience_is_over("concession", met, patience, window, inputs, state)[0]:
            for event in inputs.events:
                state.conceded.setdefault(event, inputs.day)


def write_novelty(order: Order, inputs: RegimeInput, signals: NDArray[np.void]) -> None:
    """Write the novelty of a block or blackout, and how far its cover story is believed.

    novelty_r = exp(-age / tau), in [0, 1], age in days since the order began, tau = 14 days, of the
    newest order in force in the region; deniability_r = `blocking.deniability` if any order has a
    cover story.
    """
    r = order.region
    novelty = math.exp(-max(0.0, inputs.day - order.begins) / NOVELTY_DAYS)
    signals["novelty"][r] = max(float(signals["novelty"][r]), novelty)
    if order.cover_story:
        signals["deniability"][r] = inputs.values["blocking.deniability"][r]


def act_in_stage(
    stage: Stage, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]
) -> None:
    """Let the levers of a stage act, in the order of LEVERS, on ``signals`` (R,)."""
    for lever in LEVERS.values():
        if lever.stage is stage:
            lever.act(inputs, state, signals)


def lever_parameters() -> LeverParameters:
    """Return every parameter of every lever by its dotted name."""
    return {name: n for lever in LEVERS.values() for name, n in lever.parameters.items()}


LEVERS: dict[str, Lever] = {
    "broadcast": StandingLever(
        "broadcast", Look("State television"),
        "state television and print persuade those who already trust",
        Quantity("pressure of state media", 0, 0.1, "1/day", off=0, rate=True), 5e-4),
    "egov": StandingLever(
        "egov", Look("E-government"), "services and official accounts online win trust",
        Quantity("trust won online", 0, 0.1, "1/day", off=0, rate=True), 2e-4),
    "flooding": StandingLever(
        "flooding", Look("Flooding", phrase="flooding by official accounts"),
        "official accounts drown out calls",
        Quantity("share of calls drowned out", 0, 1, off=0), 0.0),
    "surveillance": StandingLever(
        "surveillance", Look("Surveillance"), "the state reads what is readable",
        Quantity("chance that a readable post is traced", 0, 1, off=0), 0.10),
    "sanction": StandingLever(
        "sanction", Look("Sanctions"), "who is read is prosecuted",
        Quantity("prosecution of a traced post", 0, 1, "1/day", off=0, rate=True), 0.002),
    "chill": StandingLever(
        "chill", Look("Strict laws"), "law sets the resting fear",
        Quantity("resting fear", 0, 1, off=0), 0.05),
    "press_control": StandingLever(
        "press_control", Look("Control of the press"), "the domestic press does not report events",
        Quantity("share of domestic coverage that is suppressed", 0, 1, off=0), 0.0),
    "detain_organisers": StandingLever(
        "detain_organisers", Look("Arrests of organisers"),
        "those who call a rally are detained before it",
        Quantity("chance that an organiser who can be read is detained", 0, 1, "1/day", off=0),
        0.0, chance=True),
    "ban": Ban(),
    "blocking": Blocking(),
    "blackout": Blackout(),
    "arrests": Arrests(),
    "preempt": Preempt(),
    "violence": Violence(),
    "concession": Concession(),
}  # fmt: skip
