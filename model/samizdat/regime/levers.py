"""The levers of the state: from what it saw in the last step to the signals of today.

The state sees posts on readable platforms and people in the street, never private beliefs. A lever
is a small class with its parameters and one method; LEVERS lists them, with those of force
(`regime.force`) and those on the network (`regime.network`). A triggered lever gives an *order*: a
span of days in a region. Each day on which the trigger is met extends the order to ``duration``
days from then, after the delay of the authority. Orders are withdrawn only where `LEVER.rule_on` is
switched off.
"""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity
from samizdat.regime.force import Arrests, Preempt, Violence
from samizdat.regime.ladder import Ladder
from samizdat.regime.lever import YELLOW, Lever, LeverParameters, Look, Stage, StandingLever
from samizdat.regime.network import Ban, Blackout, Blocking
from samizdat.regime.orders import (
    WINDOW,
    RegimeInput,
    RegimeState,
    at_trigger,
    patience_is_over,
)


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
    "threat": Ladder(),
}  # fmt: skip
