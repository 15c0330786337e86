"""Settings that are allowed and can do nothing, each in a line that says why.

A number is named if it is set (pinned, other than its default, or set by the timeline; for
`reach.reachable_only` and `attention.online_share` at their defaults too) to more than its off
value, although whatever it would act on or act through is absent from first day to last.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from samizdat.core.quantity import Quantity
from samizdat.regime.queries import dated_levers, switch_of
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.timeline import Account, Action, Event, Setting, Signal

if TYPE_CHECKING:
    from samizdat.scenario.scenario import Scenario

_SHOWN = 3  # entries named at most
_READ_BY = {  # what each generator reads, beside `graph.tie`
    "social": ("close_degree", "acquaintance_reach", "close_far", "online_degree", "online_skew",
               "homophily", "near", "town"),
    "erdos_renyi": ("degree",), "watts_strogatz": ("neighbours", "rewiring"),
    "barabasi_albert": ("attachments",), "ring": ("neighbours",), "none": (),
    "configuration": ("degree", "sequence", "exponent", "minimum"), "lattice": ("neighbourhood",),
}  # fmt: skip


def inert(scenario: "Scenario") -> Iterator[str]:
    """Yield a line for each setting of a scenario that can do nothing, and why."""
    world = _World(scenario)
    said: set[str] = set()
    for number in _numbers(world):
        names = [n for n in number.names if n not in said and world.is_set(n, always=number.always)]
        if number.idle and names:
            said |= {*names}
            shown = ", ".join(f"{n} = {world.format_values(n)}" for n in names)
            yield f"{shown} {'does' if len(names) == 1 else 'do'} nothing: {number.why}"
    for field in _fields(world):
        if field.idle and field.ids:
            yield f"{_listed(field.ids)}: {field.what} of no effect: {field.why}"
    if world.spec.ladder and world.is_always("threat.gain"):
        yield "regime.ladder does nothing: threat.gain is 0"
    split = "attention.online_share"
    if world.sets(split) and world.events and not world.platforms:
        yield (
            f"{split} = {world.format_values(split)}: this share of the news reaches nobody: "
            "nobody is ever on a platform"
        )


class _World:
    """What of a scenario is there at some time, and what is not."""

    def __init__(self, scenario: "Scenario") -> None:
        spec = scenario.spec
        self.scenario, self.spec = scenario, spec
        self.settings = [entry for entry in spec.timeline if isinstance(entry, Setting)]
        self.events = [entry for entry in spec.timeline if isinstance(entry, Event)]
        self.happens = bool(self.events) or self.sets("arrivals.mu")
        self.actions = [entry for entry in spec.timeline if isinstance(entry, Action)]
        curve = not spec.adoption_series or "adoption.ceiling" in scenario.pinned
        series = spec.adoption_series.values()
        self.online = self.sets("adoption.ceiling") if curve else any(series)
        banned = spec.ban_platforms if self.is_always("ban.on", 1.0) else ()
        launched = [p for p in spec.platforms if p.launched is None or p.launched <= spec.end]
        names = {platform.name for platform in launched} - {*banned}
        self.platforms = self.online and bool(names) and "*" not in banned
        press = spec.foreign_press
        exists = press.launched is None or press.launched <= spec.end
        read = press.audience > 0 and exists and "foreign_press" not in banned
        self.press = self.online and read

    def values(self, name: str) -> tuple[float, ...]:
        """Return the values that a number takes, at first and by settings of the timeline."""
        found = [self.scenario.parameters[name]]
        if name not in self.scenario.pinned:
            quantity = REGISTRY[name].quantity
            given = (entry.set[name] for entry in self.settings if name in entry.set)
            found += [quantity.checked(name, value) for value in given]
        return tuple(dict.fromkeys(found))

    def is_always(self, name: str, value: float = 0.0) -> bool:
        """Whether a number has one value from first day to last."""
        return self.values(name) == (value,)

    def sets(self, name: str) -> bool:
        """Whether a number is ever above 0."""
        return not self.is_always(name)

    def is_set(self, name: str, *, always: bool = False) -> bool:
        """Whether somebody set a number to more than its off value; ``always``: by default too."""
        quantity, default, _ = REGISTRY[name]
        if quantity.off is not None and self.is_always(name, quantity.off):
            return False
        return always or name in self.scenario.pinned or not self.is_always(name, default)

    def format_values(self, name: str) -> str:
        """Return the values of a number in words."""
        return " then ".join(
            _format_value(value, REGISTRY[name].quantity) for value in self.values(name)
        )

    def has(self, kind: type) -> bool:
        """Whether the timeline has an entry of a kind."""
        return any(isinstance(entry, kind) for entry in self.spec.timeline)

    def dates(self, lever: str) -> bool:
        """Whether the timeline dates actions of a lever that the regime takes."""
        return self.spec.actions != "rule" and any(act.lever == lever for act in self.actions)

    def triggers(self, lever: str) -> bool:
        """Whether a lever may act by rule."""
        names = [n for n in REGISTRY if n.startswith(f"{lever}.trigger")]
        return self.spec.actions != "record" and any(map(self.sets, names))

    def can(self, lever: str) -> bool:
        """Whether a lever with a switch may ever act."""
        return self.sets(f"{lever}.on") and (self.dates(lever) or self.triggers(lever))


class _Number(NamedTuple):
    names: Iterable[str]
    idle: bool
    why: str
    always: bool = False  # whether it is named at its default too


class _Field(NamedTuple):
    what: str
    ids: list[str]
    idle: bool
    why: str


def _numbers(w: _World) -> Iterator[_Number]:
    nowhere, unread = "nobody is ever on a platform", "nobody ever reads the foreign press"
    no_rally = "rally.on is 0"
    all_online = w.is_always("attention.online_share", 1.0)
    covered = any(
        event.coverage > 0 and not (all_online and event.coverage_online is None)
        for event in w.events
    )
    covered = covered or (w.sets("arrivals.mu") and w.sets("arrivals.press"))
    own = all(e.coverage_online is not None and e.seeds_online is not None for e in w.events)
    split = any(e.coverage > 0 or e.seeds > 0 for e in w.events) and not own
    abroad = any(event.coverage_abroad > 0 for event in w.events)
    yield _Number(("reach.reachable_only",), w.is_always("reach.dilution"), "reach.dilution is 0",
                  always=True)  # fmt: skip
    yield _Number(
        ("reach.reference_ties",), w.is_always("reach.dilution", 1.0), "reach.dilution is 1"
    )
    yield _Number(
        ("reach.post_weight", "reach.public_signal", "reach.demonstration"),
        w.is_always("decision.exposure_weight"), "decision.exposure_weight is 0",
    )  # fmt: skip
    yield _Number(("reach.demonstration", "trust.doubt", "attention.foreign_reach"),
                  not w.press, unread)  # fmt: skip
    yield _Number(("reach.demonstration",), not w.has(Signal), "there is no revolution abroad")
    yield _Number(("attention.foreign_reach",), not abroad, "no event is covered abroad")
    yield _Number([*_group("attention."), "flooding", "press_control"],
                  w.is_always("attention.on"), "attention.on is 0")  # fmt: skip
    alone = w.is_always("attention.beta") and w.is_always("attention.feed")
    yield _Number(("flooding",), alone, "attention.beta and attention.feed are 0")
    yield _Number(("attention.feed",), not w.platforms, nowhere)
    yield _Number(("attention.online_share",), not split, "no event has news to split")
    yield _Number(("press_control",), not covered, "the domestic press covers no event")
    yield _Number(_group("rally."), w.is_always("rally.on"), no_rally)
    yield _Number(_group("arrivals."), w.is_always("arrivals.mu"), "arrivals.mu is 0")
    yield _Number(("arrivals.own", "arrivals.far"), w.is_always("arrivals.omega"),
                  "arrivals.omega is 0")  # fmt: skip
    yield _Number(("detain_organisers",), w.is_always("rally.on"), no_rally)
    yield _Number(("trust.cynicism", "trust.told"), not w.has(Account), "no accounts contradict")
    yield _Number(("trust.told",), w.is_always("trust.cynicism"), "trust.cynicism is 0")
    yield _Number([*_group("rally."), "detain_organisers"], not w.happens, "there is no event")
    yield _Number(("trust.told", "preempt", "sanction", "surveillance", "detain_organisers"),
                  not w.platforms, nowhere)  # fmt: skip
    yield _Number(("trust.displacement",), w.is_always("broadcast"), "broadcast is 0")
    yield _Number(("sanction",), w.is_always("surveillance"), "surveillance is 0")
    yield _Number(("egov",), not w.online, "nobody is ever online")
    yield _Number(("arrests.response",), w.is_always("arrests.capacity"), "arrests.capacity is 0")
    yield _Number(("arrests.capacity",), w.is_always("arrests.response"), "arrests.response is 0")
    yield _Number(("grievance.backlash", "fear.terror"), not w.can("violence"),
                  "the state never uses violence")  # fmt: skip
    cut = w.can("blocking") or w.can("blackout")
    yield _Number(("grievance.frustration", "blocking.deniability"), not cut,
                  "nothing is ever blocked or off")  # fmt: skip
    yield _Number(("grievance.acceptance", "blocking.deniability"),
                  w.is_always("grievance.frustration"), "grievance.frustration is 0")  # fmt: skip
    standing = "blocking.standing_on"
    yield _Number((standing,), not w.spec.blocking_standing, "blocking.standing is empty")
    yield _Number((standing,), w.is_always("blocking.on"), "blocking.on is 0")
    yield _Number(
        _group("circumvention."), w.is_always("circumvention.literacy"), "nobody can use a VPN"
    )
    for lever in dated_levers():
        yield from _of_triggered(w, lever)
    yield _Number(("threat.home", "threat.decay"), w.is_always("threat.gain"), "threat.gain is 0")
    yield _Number(_group("threat."), not w.spec.ladder, "regime.ladder has no rung")
    yield from _of_the_world(w)


def _of_triggered(w: _World, lever: str) -> Iterator[_Number]:
    """Yield the numbers by which a lever acts when it is triggered."""
    switch = f"{lever}.on"
    always = ("blocking.deniability", "blocking.standing_on")
    by_rule = [name for name in _group(f"{lever}.") if name not in always]
    others = [name for name in by_rule if not name.startswith(f"{lever}.trigger")]
    yield _Number(by_rule, w.is_always(switch), f"{switch} is 0")
    yield _Number(by_rule, w.spec.actions == "record", "regime.actions is record")
    yield _Number(others, not w.triggers(lever), "no trigger is set")


def _of_the_world(w: _World) -> Iterator[_Number]:
    """Yield the numbers of graph and adoption that something else replaces."""
    kind = w.spec.graph
    used = {f"graph.{field}" for field in _READ_BY.get(kind, ())}
    used |= {"graph.tie"} if kind not in ("social", "none") else set()
    unused = [name for name in _group("graph.") if name not in used]
    yield _Number(unused, kind in _READ_BY, f"graph.kind is {kind}")
    series = bool(w.spec.adoption_series) and "adoption.ceiling" not in w.scenario.pinned
    curve = ("adoption.ceiling", "adoption.rate", "adoption.midpoint")
    yield _Number(curve, series, "adoption.series is given")
    own = all(region.security is not None for region in w.spec.regions)
    safe = w.is_always("security") and not any(region.security for region in w.spec.regions)
    yield _Number(
        ("security",), own and "security" not in w.scenario.pinned, "each region has its own"
    )
    yield _Number(("decision.people_in_sight",), safe, "security is 0")


def _fields(w: _World) -> Iterator[_Field]:
    """Yield what entries of the timeline say that can do nothing."""

    def ids(says: Callable[[Event], bool]) -> list[str]:
        return [event.id for event in w.events if says(event)]

    everywhere = {region.name for region in w.spec.regions}
    yield _Field("coverage_abroad is", ids(lambda e: e.coverage_abroad > 0), not w.press,
                 "nobody ever reads the foreign press")  # fmt: skip
    nationwide = ids(lambda e: e.shock_abroad > 0 and {*(e.regions or everywhere)} == everywhere)
    yield _Field("shock_abroad is", nationwide, True, "the event runs everywhere")
    online = ids(lambda e: bool(e.coverage_online or e.seeds_online))
    yield _Field("coverage_online and seeds_online are", online, not w.platforms,
                 "nobody is ever on a platform")  # fmt: skip
    yield _Field("online_reach is", ids(lambda e: e.online_reach != 1),
                 w.is_always("attention.online_share"), "attention.online_share is 0")  # fmt: skip
    called = ids(
        lambda e: bool(e.rallies) or any(x is not None for x in (e.notice, e.call, e.continuation))
    )
    yield _Field("what it says of rallies is", called, w.is_always("rally.on"), "rally.on is 0")
    acts = [act.id for act in w.actions]
    yield _Field("the action is", acts, w.spec.actions == "rule", "regime.actions is rule")
    off = [
        act.id
        for act in w.actions
        if (switch := switch_of(act.lever)) is not None and w.is_always(switch)
    ]
    yield _Field("the action is", off, w.spec.actions != "rule", "its lever is switched off")
    pinned = [entry.id for entry in w.settings if {*entry.set} <= w.scenario.pinned]
    yield _Field("the setting is", pinned, True, "what it sets is pinned")


def _group(prefix: str) -> list[str]:
    """Return the numbers of a group or lever, but for the switch."""
    return [name for name in REGISTRY if name.startswith(prefix) and name != f"{prefix}on"]


def _format_value(value: float, quantity: Quantity) -> str:
    return quantity.names[int(value)] if quantity.names else f"{value:g}"


def _listed(ids: list[str]) -> str:
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return "timeline." + ", timeline.".join(ids[:_SHOWN]) + more
