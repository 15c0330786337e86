"""The days that are timed: worlds on `land_protests` in which known shares are aware and speak.

All of them have its regions, platforms, graph and regime, less blocks, blackouts and violence, so
that the same share speaks on every day that is timed. One event without effect on grievance makes
a share aware on the first day, by the press alone, so that the share is the one that is given;
instigators have threshold 0 and speak, all others never do. Talk and what strangers post may spread
and attention may tire, at rates so small that hardly anybody moves: the draws are made all the
same.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from samizdat import Scenario

BASE = """
base = "land_protests"
title = "Days for timing"
start = 2016-01-01
end = 2016-03-15
citizens = {citizens}

[population]
instigators = {instigators}
threshold = {{ kind = "constant", value = 100 }} # no motive reaches it
risk_aversion = {{ kind = "constant", value = 0.5 }}

[regime]
actions = "record"
"""

EVENT = """
[[timeline]]
id = "news"
kind = "event"
title = "News"
from = 2016-01-01
days = {days}
shock = {shock}
coverage = 0
seeds = {aware}
"""

SETTINGS = """
[[timeline]]
id = "upheaval"
kind = "setting"
title = "All beliefs are pushed"
from = 2016-01-04
set = { chill = 0.4, broadcast = 5e-3, egov = 2e-3 }
"""

COMMON = {
    "attention.on": 1.0,
    "attention.beta": 1e-6,
    "attention.feed": 1e-6,
    "attention.online_share": 0.0,
    "attention.fatigue": 1e-6,
    "attention.fade": 1e-6,
    "decision.cost": 100.0,  # nobody mobilises
    "decision.penalty_post": 0.0,  # who would speak does
    "blocking.on": 0.0,
    "blackout.on": 0.0,
    "violence.on": 0.0,
}


class Day(NamedTuple):
    """A kind of day: a world, and which of its days are timed."""

    name: str
    what: str
    aware: float = 0.0  # share who are to be aware
    voices: float = 0.0  # share who are to speak
    most_aware: float = 1.0  # what is allowed on the days that are timed
    most_voices: float = 1.0
    event_days: int = 75
    shock: float = 0.0
    pushed: bool = False  # whether the settings that push all beliefs are there
    first: int = 3  # days that pass untimed
    parameters: Mapping[str, float] = MappingProxyType({})
    wanted: float | None = None  # nanoseconds per citizen at 17 million, at most

    def world(self, citizens: int) -> Scenario:
        """Return the scenario of that many citizens."""
        parameters = {**COMMON, **self.parameters}
        text = BASE.format(citizens=citizens, instigators=self.voices / (self.aware or 1.0))
        if self.aware and parameters["attention.on"]:
            text += EVENT.format(days=self.event_days, shock=self.shock, aware=self.aware)
        if self.pushed:
            text += SETTINGS
        return Scenario.parse(text, self.name).change(parameters)


DAYS = {
    day.name: day
    for day in (
        Day("quiet", "nothing runs, beliefs at rest",
            most_aware=0.01, most_voices=0.001, wanted=6.0),
        Day("moving", "nothing runs, all beliefs move after a shock and new laws",
            aware=0.3, most_aware=0.01, most_voices=0.001, event_days=4, shock=0.5, pushed=True,
            first=8, parameters={"attention.fatigue": 0.9, "attention.fade": 0.9}, wanted=6.0),
        Day("aware", "30 % aware, none speaking", aware=0.3, wanted=25.0),
        Day("weighing", "30 % aware, all would speak, all weigh the risk and keep silent",
            aware=0.3, wanted=25.0,
            parameters={"decision.ease": 0.0, "decision.penalty_post": 3.0, "chill": 0.6,
                     "population.risk_aversion.value": 0.99}),
        Day("voices_1", "5 % aware, 1 % speaking", aware=0.05, voices=0.01, wanted=20.0),
        Day("voices_10", "30 % aware, 10 % speaking", aware=0.3, voices=0.1, wanted=90.0),
        Day("deciding", "all aware, everybody decides every day, 0.1 % speaking",
            aware=1.0, voices=0.001, parameters={"attention.on": 0.0}, wanted=14.0),
    )
}  # fmt: skip


def speaking(voices: float, aware: float = 0.2) -> Day:
    """Return a kind of day on which just these shares speak and are aware."""
    return Day(f"voices {voices:.2%}", f"{voices:.2%} speaking", aware=aware, voices=voices)
