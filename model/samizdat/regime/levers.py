"""What the state does: from what it saw in the last step to what citizens meet today.

It sees posts on readable platforms and bodies in the street, never private beliefs. A lever is a
small class with the numbers that drive it and one method; LEVERS lists them. A triggered lever
gives an *order*: a window of days in a region. Orders are never withdrawn: each day on which the
trigger is met extends the order to ``duration`` days from then, after the delay of the authority.
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity, acting
from samizdat.regime.orders import (
    Floats,
    Order,
    RegimeInput,
    RegimeState,
    exceeds,
    extend,
    in_force,
    lasting,
    mobilised_share,
)

LeverParameters = dict[str, tuple[Quantity, float]]  # dotted name -> its quantity and default

NOVELTY_DAYS = 14.0  # how fast the anger over a new block wears off (assumed)


class Stage(Enum):
    """When on a day a lever acts, and what it writes into."""

    STANDING = "standing"  # when its parameters change, into what holds until they change again
    EVENTS = "events"  # before the day's events are written; it decides which still aggrieve
    DAILY = "daily"  # each day, into that day's signals, which hold what stands and the events


class Lever(Protocol):
    """A lever of the state.

    The signals of a day begin as a copy of what stands, so a lever may add to any column: what it
    adds is gone on the next day.
    """

    @property
    def stage(self) -> Stage:
        """When it acts."""

    @property
    def claim(self) -> str:
        """What it does, in a clause."""

    @property
    def parameters(self) -> LeverParameters:
        """The numbers that drive it, by dotted name."""

    @property
    def off(self) -> dict[str, float]:
        """The values at which it is absent."""

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Give orders, and write into the ``signals`` (R,) of the day what citizens meet."""


@dataclass(frozen=True)
class Standing:
    """A lever that acts every day with the value that it has; rule: dated; scope: region."""

    stage: ClassVar[Stage] = Stage.STANDING

    name: str
    claim: str
    quantity: Quantity
    default: float

    @property
    def parameters(self) -> LeverParameters:
        """The one number that drives it."""
        return {self.name: (self.quantity, self.default)}

    @property
    def off(self) -> dict[str, float]:
        """The value at which it is absent."""
        return {self.name: 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Write the value, rates as they act in a step."""
        values = inputs.values[self.name]
        if self.quantity.rate:
            rates = {v: acting(v, inputs.step_days) for v in set(values.tolist())}
            signals[self.name] = [rates[v] for v in values.tolist()]
        else:
            signals[self.name] = values


class Preempt:
    """Arrests beforehand: a share of those who posted yesterday; rule: dated; scope: region."""

    stage = Stage.DAILY
    claim = "detains a share of those seen posting the day before"
    parameters: ClassVar[LeverParameters] = {
        "preempt": (Quantity("share detained a day", 0, 1, "1/day", 0), 0.0)
    }
    off: ClassVar[dict[str, float]] = {"preempt": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Write the share that acts in a step."""
        signals["preempt"] = 1.0 - (1.0 - inputs.values["preempt"]) ** inputs.step_days


class Arrests:
    """Police against the street: whether they respond is chance, how many they take is capacity.

    Rule: whoever mobilises; no delay; scope: region. What it means for each one in the street is
    known after the count: see `arrest_chances`.
    """

    stage = Stage.DAILY
    claim = "detains who mobilised, up to a capacity"
    parameters: ClassVar[LeverParameters] = {
        "arrests.capacity": (
            Quantity("arrests a day per citizen of the region", 0, 1, "1/day", 0), 8e-5),
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
    """Return each one's chance of arrest (R,): there is safety in numbers."""
    return np.asarray(np.minimum(1.0, arrests / np.maximum(1, mobilised)))


class Blocking:
    """Blocking of platforms: by a court, which takes time, or by the prosecutor, who does not.

    Rule: dated, or when visible posts per citizen online or the mobilised share reach a trigger;
    delay: `delay_days` under a court; scope: the region or the nation.
    """

    stage = Stage.DAILY
    claim = "takes platforms away, from those without a VPN"
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
            Quantity("from trigger to block, under a court", 0, 365, "day"), 21.0),
        "blocking.duration": (
            Quantity("days that a block outlasts its last trigger", 1, 3650, "day",
                     source="assumed; the median of shutdowns for protest 2016-22 is 3, #KeepItOn"),
            7.0),
        "blocking.scope": (
            Quantity("where it blocks", 0, 1, whole=True, names=("region", "nation")), 1.0),
        "blocking.cover_story": (
            Quantity("1: triggered blocks are told as technical problems", 0, 1, whole=True), 0.0),
        "blocking.deniability": (
            Quantity("how far a cover story for a block or blackout is believed", 0, 1, off=0),
            0.8),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"blocking.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order blocks where triggered, then block whatever is ordered."""
        v = inputs.values
        if inputs.triggers:
            per_head = inputs.seen.visible_posts / np.maximum(1, inputs.seen.online)
            met = exceeds(per_head, v["blocking.trigger_posts"], inputs)
            met |= exceeds(mobilised_share(inputs), v["blocking.trigger_street"], inputs)
            met &= v["blocking.on"] == 1
            nationwide = met & (v["blocking.scope"] == 1)
            met = (met | bool(nationwide.any())) & (v["blocking.on"] == 1)
            delay = np.where(v["blocking.authority"] == 1, 0.0, v["blocking.delay_days"])
            for r in np.flatnonzero(met):
                extend(state, inputs, "blocking", int(r), float(delay[r]),
                       float(v["blocking.duration"][r]), inputs.blockable,
                       bool(v["blocking.cover_story"][r]))  # fmt: skip
        for order in in_force("blocking", inputs, state):
            if v["blocking.on"][order.region]:
                signals["blocked"][order.region] |= order.platforms
                _tell(order, inputs, signals)


class Blackout:
    """The network of a region goes off.

    Rule: dated, or when the mobilised share of a region reaches a trigger; no delay; scope: region.
    """

    stage = Stage.DAILY
    claim = "takes all platforms away in a region, VPN or not"
    parameters: ClassVar[LeverParameters] = {
        "blackout.on": (Quantity("0: never", 0, 1, off=0, whole=True), 1.0),
        "blackout.trigger": (
            Quantity("mobilised share of a region that triggers it; 0: never", 0, 1, off=0), 0.0),
        "blackout.duration": (
            Quantity("days that it outlasts its last trigger", 1, 3650, "day",
                     source="median of shutdowns for protest worldwide 2016-22, #KeepItOn"), 3.0),
        "blackout.cover_story": (
            Quantity("1: a triggered blackout is told as a technical problem", 0, 1, whole=True),
            0.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"blackout.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order blackouts where triggered, then switch off whatever is ordered."""
        v = inputs.values
        if inputs.triggers:
            met = exceeds(mobilised_share(inputs), v["blackout.trigger"], inputs)
            for r in np.flatnonzero(met & (v["blackout.on"] == 1)):
                extend(state, inputs, "blackout", int(r), 0.0, float(v["blackout.duration"][r]),
                       0, bool(v["blackout.cover_story"][r]))  # fmt: skip
        for order in in_force("blackout", inputs, state):
            if v["blackout.on"][order.region]:
                signals["blackout"][order.region] = 1
                _tell(order, inputs, signals)


class Ban:
    """Platforms that are never allowed; rule: standing; scope: region."""

    stage = Stage.DAILY
    claim = "keeps platforms from existing in the country"
    parameters: ClassVar[LeverParameters] = {
        "ban.on": (Quantity("0: the list is not applied", 0, 1, off=0, whole=True), 1.0)
    }
    off: ClassVar[dict[str, float]] = {"ban.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Strike the banned from what is allowed."""
        keep = np.where(inputs.values["ban.on"] == 1, ~inputs.banned & 0xFFFF, 0xFFFF)
        signals["allowed"] &= keep.astype(np.uint16)


class Violence:
    """Shooting at the street.

    Rule: dated, or when the mobilised share of a region has been at the trigger for
    `patience_days` in a row; for `duration` days after; scope: region.
    """

    stage = Stage.DAILY
    claim = "terrifies at first, aggrieves later"
    parameters: ClassVar[LeverParameters] = {
        "violence.on": (Quantity("0: never", 0, 1, off=0, whole=True), 1.0),
        "violence.trigger": (
            Quantity("mobilised share of a region that triggers it; 0: never", 0, 1, off=0), 0.0),
        "violence.patience_days": (
            Quantity("days in a row at the trigger before it comes", 1, 365, "day"), 3.0),
        "violence.duration": (Quantity("days that it lasts", 1, 365, "day"), 2.0),
        "violence.strength": (Quantity("strength of triggered violence", 0, 1, off=0), 1.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"violence.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order violence where patience has ended, then apply whatever is ordered."""
        v = inputs.values
        if inputs.triggers:
            hot = exceeds(mobilised_share(inputs), v["violence.trigger"], inputs)
            hot &= v["violence.on"] == 1
            for r in np.flatnonzero(
                lasting("violence", hot, v["violence.patience_days"], inputs, state)
            ):
                extend(state, inputs, "violence", int(r), 0.0, float(v["violence.duration"][r]),
                       strength=float(v["violence.strength"][r]))  # fmt: skip
        for order in in_force("violence", inputs, state):
            if v["violence.on"][order.region]:
                worst = max(float(signals["violence"][order.region]), order.strength)
                signals["violence"][order.region] = worst


class Concession:
    """The state gives in: the shock of an event ends, news of it goes on.

    Rule: dated, or when the nation's mobilised share has been at the trigger for `patience_days`
    in a row: then all events that run are conceded; scope: the event's regions.
    """

    stage = Stage.EVENTS
    claim = "ends an event's shock"
    parameters: ClassVar[LeverParameters] = {
        "concession.on": (Quantity("0: never", 0, 1, off=0, whole=True), 1.0),
        "concession.trigger": (
            Quantity("mobilised share of the nation that triggers it; 0: never", 0, 1, off=0),
            0.0),
        "concession.patience_days": (
            Quantity("days in a row at the trigger before it comes", 1, 365, "day"), 7.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"concession.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Remember which events are conceded, and since when."""
        v = inputs.values
        if not v["concession.on"].all():
            state.days_at_trigger.pop("concession", None)
            return
        for event in inputs.conceding:
            state.conceded.setdefault(event, inputs.day)
        if not inputs.triggers:
            return
        seen = inputs.seen
        share = np.array([seen.mobilised.sum() / seen.population.sum()])
        hot = exceeds(share, v["concession.trigger"][:1], inputs)
        if lasting("concession", hot, v["concession.patience_days"][:1], inputs, state)[0]:
            for event in inputs.events:
                state.conceded.setdefault(event, inputs.day)


def _tell(order: Order, inputs: RegimeInput, signals: NDArray[np.void]) -> None:
    """Write how new a block or blackout is, the newest counting, and whether a story covers it."""
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
    """Return every number of every lever by its dotted name."""
    return {name: n for lever in LEVERS.values() for name, n in lever.parameters.items()}


LEVERS: dict[str, Lever] = {
    "broadcast": Standing(
        "broadcast", "state television and print persuade those who already trust",
        Quantity("pressure of state media", 0, 0.1, "1/day", off=0, rate=True), 5e-4),
    "egov": Standing(
        "egov", "services and official accounts online win trust",
        Quantity("trust won online", 0, 0.1, "1/day", off=0, rate=True), 2e-4),
    "flooding": Standing(
        "flooding", "official accounts drown calls",
        Quantity("share of calls drowned", 0, 1, off=0), 0.0),
    "surveillance": Standing(
        "surveillance", "the state reads what is readable",
        Quantity("chance that a readable post is traced", 0, 1, off=0), 0.10),
    "sanction": Standing(
        "sanction", "who is read is prosecuted",
        Quantity("prosecution of a traced post", 0, 1, "1/day", off=0, rate=True), 0.002),
    "chill": Standing(
        "chill", "law sets the resting fear",
        Quantity("resting fear", 0, 1, off=0), 0.05),
    "ban": Ban(),
    "blocking": Blocking(),
    "blackout": Blackout(),
    "arrests": Arrests(),
    "preempt": Preempt(),
    "violence": Violence(),
    "concession": Concession(),
}  # fmt: skip
