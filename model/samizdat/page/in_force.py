"""What is in force on the next day: ordered by whom, where, until when, and how it is ended."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core import draws
from samizdat.core.layout import SIGNALS
from samizdat.page.history import copied_environment
from samizdat.page.interventions import TimelineEntry
from samizdat.page.labels import title_of
from samizdat.regime.orders import Order, RegimeInput, orders_in_force
from samizdat.regime.queries import dated_levers, gives_dated_orders, lever_of
from samizdat.run.dated_orders import dated_orders
from samizdat.run.environment import Environment
from samizdat.run.ladder import Law, laws_of
from samizdat.run.simulation import Simulation
from samizdat.scenario.interventions import MARK, law_id
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.timeline import Action, Course, Setting
from samizdat.text.catalogue import plain

VIEWER, SCENARIO, FIRST_DAY, RULE, BY_LAW = "viewer", "scenario", "first day", "rule", "law"
_SWITCH = "-switch"  # how the id ends of a setting that belongs to an order of the viewer


class Where(NamedTuple):
    """Regions by name, and whether they are all regions of the country."""

    regions: tuple[str, ...]
    nation: bool

    def __str__(self) -> str:
        """Return the place as it stands in a sentence: everywhere, or the regions."""
        return "everywhere" if self.nation else ", ".join(self.regions)


class InForce(NamedTuple):
    """Something that holds on the next day, or has been ordered and begins later.

    Attributes
    ----------
    lever
        The lever, of `regime.levers.LEVERS`; empty for a number of citizens' rules.
    source
        Who ordered it: the viewer, the scenario by a date, the scenario from the first day, a rule,
        or a law by threat.
    text
        What it is: platforms, or numbers and their values.
    title
        What its entry of the timeline is called; empty without one.
    place
        Where it holds.
    first, last
        Its first and last day; no last day: until it is ended.
    lifts
        Ids with which `Simulation.lift` ends it.
    setting
        A parameter that ends it where it is set to 0, if no id does.
    begun
        Whether it holds on the next day.
    platforms
        What it takes away, as bits.
    names
        The parameters that it sets.
    """

    lever: str
    source: str
    text: str
    title: str
    place: Where
    first: dt.date
    last: dt.date | None
    lifts: tuple[str, ...] = ()
    setting: str = ""
    begun: bool = True
    platforms: int = 0
    names: tuple[str, ...] = ()

    def is_in(self, region: str) -> bool:
        """Whether it concerns a region; any does if none is given."""
        return not region or region in self.place.regions

    def setting_in(self, region: str = "") -> TimelineEntry | None:
        """Return the setting that ends it from the next day on, if that is how it ends.

        Parameters
        ----------
        region
            Where it is to end, if not wherever it holds.
        """
        if not self.setting:
            return None
        return switched_off(self.setting, [region] if region else self.place)


def switched_off(name: str, place: Where | Sequence[str]) -> TimelineEntry:
    """Return the setting that sets a switch to 0 in a place."""
    regions = list(place.regions) if isinstance(place, Where) else list(place)
    nation = place.nation if isinstance(place, Where) else not regions
    where = {} if nation else {"regions": regions}
    return {"kind": "setting", "set": {name: 0.0}, "title": title_of(name, 0.0), **where}


class Tomorrow(NamedTuple):
    """The next day, as the environment brings it if nothing more is ordered."""

    environment: Environment
    inputs: RegimeInput
    signals: NDArray[np.void]
    date: dt.date


def tomorrow_of(simulation: Simulation) -> Tomorrow | None:
    """Return the next day of a simulation, which is left as it is; none after the last.

    What triggers order on that day follows from what was counted on the last, so it is known.
    """
    k = simulation.step_number
    if simulation.finished:
        return None
    environment = copied_environment(simulation)
    signals = np.zeros(len(simulation.sizes), SIGNALS)
    response = draws.uniforms(simulation.seed, 0, len(simulation.sizes), k, draws.RESPONSE)
    inputs = environment.update(k, simulation.history.last, response, signals)
    return Tomorrow(environment, inputs, signals, environment.dates[k])


def in_force(simulation: Simulation, tomorrow: Tomorrow) -> tuple[InForce, ...]:
    """Return what holds on the next day, lever by lever, and what waits to begin."""
    readings = (_orders, _concessions, _standing, _settings, _laws)
    return tuple(each for read in readings for each in read(simulation, tomorrow))


def rules_of(simulation: Simulation, tomorrow: Tomorrow) -> dict[str, Where]:
    """Return the levers that order by rule, and where: those with a trigger that is not 0."""
    if simulation.scenario.spec.actions == "record":
        return {}
    found = {}
    for lever in filter(gives_dated_orders, dated_levers()):
        v = tomorrow.inputs.values
        triggers = [values for name, values in v.items() if name.startswith(f"{lever}.trigger")]
        acts = np.any([values > 0 for values in triggers], axis=0)
        acts &= (v[f"{lever}.on"] == 1) & (v[f"{lever}.rule_on"] == 1)
        if acts.any():
            found[lever] = _place(simulation, np.flatnonzero(acts))
    return found


def _orders(simulation: Simulation, tomorrow: Tomorrow) -> Iterable[InForce]:
    """Yield the orders of levers, alike ones of several regions together."""
    inputs, state = tomorrow.inputs, tomorrow.environment.regime_state
    for lever in filter(gives_dated_orders, dated_levers()):
        holding = orders_in_force(lever, inputs, state)
        waiting = [
            order for order in (*state.orders, *_to_come(simulation, inputs))
            if order.lever == lever and not order.touches(inputs.day, inputs.step_days)
        ]  # fmt: skip
        for begun, orders in ((True, holding), (False, waiting)):
            grouped: dict[tuple[object, ...], list[Order]] = {}
            for each in orders:
                key = (each.entry, each.begins, each.ends, each.platforms, each.dated)
                grouped.setdefault(key, []).append(each)
            for alike in grouped.values():
                yield _of_orders(simulation, lever, alike, begun=begun)


def _to_come(simulation: Simulation, inputs: RegimeInput) -> list[Order]:
    """Return the viewer's orders that begin after the next step: where it is no whole day."""
    scenario = simulation.scenario
    mine = simulation.interventions
    course = Course(mine, scenario.spec.start, scenario.region_names)
    listed = scenario.platform_bits(scenario.spec.blocking_platforms)
    orders = dated_orders(scenario, course, listed)
    return [order for order in orders if order.begins > inputs.day]


def _of_orders(
    simulation: Simulation, lever: str, orders: Sequence[Order], *, begun: bool
) -> InForce:
    order, start = orders[0], simulation.scenario.spec.start
    source = RULE
    if order.dated:
        source = VIEWER if order.entry.startswith(MARK) else SCENARIO
    return InForce(
        lever=lever,
        source=source,
        text=_platforms(simulation, order.platforms),
        title=order.title,
        place=_place(simulation, [each.region for each in orders]),
        first=start + dt.timedelta(days=int(order.begins)),
        last=_last_day(start, order.ends),
        lifts=(order.entry,) if order.dated else (),
        setting="" if order.dated else f"{lever}.rule_on",
        begun=begun,
        platforms=order.platforms,
    )


def _concessions(simulation: Simulation, tomorrow: Tomorrow) -> Iterable[InForce]:
    """Yield where the state gives in on the next day."""
    inputs, scenario = tomorrow.inputs, simulation.scenario
    before = simulation.environment.regime_state.conceded
    course = Course(scenario.spec.timeline, scenario.spec.start, scenario.region_names)
    for entry, when in course.entries:
        given = (entry.lever, entry.event) if isinstance(entry, Action) else None
        if given in inputs.dated_events and when.touches(inputs.day, inputs.step_days):
            if entry.event in before or inputs.values["concession.on"].min() == 0:
                continue
            source = VIEWER if entry.id.startswith(MARK) else SCENARIO
            place = _place(simulation, np.flatnonzero(when.where))
            yield InForce(
                entry.lever, source, "", entry.label, place, entry.begins,
                _last_day(scenario.spec.start, when.last), lifts=(entry.id,),
            )  # fmt: skip


def _standing(simulation: Simulation, tomorrow: Tomorrow) -> Iterable[InForce]:
    """Yield the standing block and the ban, where they hold."""
    inputs, spec = tomorrow.inputs, simulation.scenario.spec
    v = inputs.values
    block = (v["blocking.on"] == 1) & (v["blocking.standing_on"] == 1)
    listed = (
        ("blocking", inputs.always_blocked, block, "blocking.standing_on"),
        ("ban", inputs.banned, v["ban.on"] == 1, "ban.on"),
    )
    for lever, bits, holds, switch in listed:
        if bits and holds.any():
            yield InForce(
                lever, FIRST_DAY, _platforms(simulation, bits), "",
                _place(simulation, np.flatnonzero(holds)), spec.start, None,
                setting=switch, platforms=bits,
            )  # fmt: skip


def _settings(simulation: Simulation, tomorrow: Tomorrow) -> Iterable[InForce]:
    """Yield the settings and laws whose values hold somewhere: no later one replaced them."""
    scenario, inputs = simulation.scenario, tomorrow.inputs
    course = Course(scenario.spec.timeline, scenario.spec.start, scenario.region_names)
    held = course.settings_on(inputs.day, inputs.step_days)
    changes: list[tuple[float, Mapping[str, object], NDArray[np.bool_]]]
    changes = [(when.first, entry.set, when.where) for entry, when in held]
    everywhere = np.ones(len(simulation.sizes), bool)
    laws = laws_on(simulation, tomorrow.environment, inputs.day)
    changes += [(law.begins, law.rung.set, everywhere) for law in laws]
    owners: dict[str, NDArray[np.int64]] = {}
    order = sorted(range(len(changes)), key=lambda n: changes[n][0])
    for n in order:
        _, values, where = changes[n]
        for name in values:
            if name not in scenario.pinned:
                owner = owners.setdefault(name, np.full(len(simulation.sizes), -1))
                owner[where] = n
    own = [(entry.id, frozenset(entry.set), entry.regions) for entry, _ in held
           if entry.id.startswith(MARK)]  # fmt: skip
    for n, (entry, when) in enumerate(held):
        if entry.id.endswith(_SWITCH) and entry.id.startswith(MARK):
            continue
        by_lever: dict[str, list[str]] = {}
        for name in entry.set:
            if name in owners and (owners[name] == n).any():
                by_lever.setdefault(_lever(name), []).append(name)
        viewer = entry.id.startswith(MARK)
        lifts: tuple[str, ...] = (entry.id,)
        if viewer:  # with it end those that it has replaced, which would come back
            alike = (frozenset(entry.set), entry.regions)
            lifts = tuple(name for name, *rest in own if tuple(rest) == alike)
        for lever, names in by_lever.items():
            where = np.any([owners[name] == n for name in names], axis=0)
            yield InForce(
                lever, VIEWER if viewer else SCENARIO,
                "; ".join(title_of(name, _value(entry, name)) for name in names),
                entry.title, _place(simulation, np.flatnonzero(where)),
                entry.begins, _last_day(scenario.spec.start, when.last),
                lifts=lifts, names=tuple(names),
            )  # fmt: skip


def laws_on(simulation: Simulation, environment: Environment, day: float) -> list[Law]:
    """Return the laws by threat that hold in the step that begins on a day."""
    spec = simulation.scenario.spec
    laws = laws_of(spec.ladder, environment.regime_state.reached, spec.start)
    return [law for law in laws if law.touches(day, spec.step_days)]


def _laws(simulation: Simulation, tomorrow: Tomorrow) -> Iterable[InForce]:
    """Yield the laws by threat that hold, or that were made and begin later."""
    rungs = simulation.scenario.spec.ladder
    for rung, status in zip(rungs, tomorrow.environment.rungs, strict=True):
        over = status.repealed is not None and status.repealed <= tomorrow.date
        if status.acts is None or over:
            continue
        added = [f"{title_of(name, more)} more" for name, more in rung.add.items()]
        values = [title_of(name, _number(name, given)) for name, given in rung.set.items()]
        last = None if status.repealed is None else status.repealed - dt.timedelta(days=1)
        yield InForce(
            "threat", BY_LAW, "; ".join([*added, *values]), plain(rung.label),
            _place(simulation, range(len(simulation.sizes))), status.acts, last,
            lifts=(law_id(rung),), begun=status.in_force,
            names=(*rung.add, *rung.set),
        )  # fmt: skip


def _place(simulation: Simulation, regions: Iterable[int] | NDArray[np.int64]) -> Where:
    names = simulation.scenario.region_names
    chosen = sorted({int(r) for r in regions})
    return Where(tuple(names[r] for r in chosen), len(chosen) == len(names))


def _platforms(simulation: Simulation, bits: int) -> str:
    scenario = simulation.scenario
    every = scenario.platform_bits(("*",))
    rest = ["every platform"] if bits & every == every != 0 else []
    names = scenario.platform_names(bits & ~every if rest else bits)
    return ", ".join([*rest, *map(plain, names)])


def _last_day(start: dt.date, ends: float) -> dt.date | None:
    if ends == math.inf:
        return None
    return start + dt.timedelta(days=math.ceil(ends - 1e-9) - 1)


def _lever(name: str) -> str:
    return lever_of(name) if REGISTRY[name].group == "regime" else ""


def _value(entry: Setting, name: str) -> float:
    return _number(name, entry.set[name])


def _number(name: str, given: object) -> float:
    return REGISTRY[name].quantity.checked(name, given)
