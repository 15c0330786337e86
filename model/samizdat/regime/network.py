"""Levers on the network: platforms are blocked or banned, or the internet is off."""

import math
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity
from samizdat.regime.lever import BLUE, DARK, PURPLE, LeverParameters, Look, Sign, Stage
from samizdat.regime.orders import (
    RULE,
    Order,
    RegimeInput,
    RegimeState,
    acts_by_rule,
    at_trigger,
    give_order,
    mobilised_share,
    orders_in_force,
)

NOVELTY_DAYS = 14.0  # tau: decay time of the anger over a new block (assumed)


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
        "blocking.rule_on": (RULE, 1.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"blocking.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order blocks where triggered, then apply the orders in force and the standing block."""
        v = inputs.values
        if inputs.always_blocked:
            holds = (v["blocking.on"] == 1) & (v["blocking.standing_on"] == 1)
            signals["blocked"] |= np.where(holds, inputs.always_blocked, 0).astype(np.uint16)
        if inputs.triggers:
            acts = acts_by_rule("blocking", inputs, state)
            per_head = inputs.seen.visible_posts / np.maximum(1, inputs.seen.online)
            met = at_trigger(per_head, v["blocking.trigger_posts"], inputs)
            met |= at_trigger(mobilised_share(inputs), v["blocking.trigger_street"], inputs)
            met &= acts
            nationwide = met & (v["blocking.scope"] == 1)
            met = (met | bool(nationwide.any())) & acts
            delay = np.where(v["blocking.authority"] == 1, 0.0, v["blocking.delay_days"])
            for r in np.flatnonzero(met):
                give_order(state, inputs, "blocking", int(r), float(delay[r]),
                       float(v["blocking.duration"][r]), inputs.blockable,
                       bool(v["blocking.cover_story"][r]))  # fmt: skip
        for order in orders_in_force("blocking", inputs, state):
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
        "blackout.rule_on": (RULE, 1.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"blackout.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order blackouts where triggered, then apply the orders in force."""
        v = inputs.values
        if inputs.triggers:
            acts = acts_by_rule("blackout", inputs, state)
            met = at_trigger(mobilised_share(inputs), v["blackout.trigger"], inputs)
            for r in np.flatnonzero(met & acts):
                give_order(state, inputs, "blackout", int(r), 0.0, float(v["blackout.duration"][r]),
                       0, bool(v["blackout.cover_story"][r]))  # fmt: skip
        for order in orders_in_force("blackout", inputs, state):
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
