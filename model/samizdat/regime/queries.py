"""Queries about a lever by its name, for the rest of the program."""

from collections.abc import Mapping

from samizdat.regime import levers
from samizdat.regime.lever import DatedLever, Look, Stage
from samizdat.regime.orders import Floats
from samizdat.text.catalogue import plain, translated


def lever_of(parameter: str) -> str:
    """Return the lever that a parameter belongs to."""
    return next(name for name, lever in levers.LEVERS.items() if parameter in lever.parameters)


def switch_of(name: str) -> str | None:
    """Return the parameter that switches a lever on and off, NAME.on, if it has one."""
    switch = f"{name}.on"
    return switch if name in levers.LEVERS and switch in levers.LEVERS[name].parameters else None


def is_on(name: str, values: Mapping[str, Floats], region: int) -> bool:
    """Whether a lever is switched on in a region; one without a switch is."""
    switch = switch_of(name)
    return switch is None or bool(values[switch][region])


def dated_fields(name: str) -> tuple[str, ...]:
    """Return the fields that an action of a lever may have; none if the lever cannot be dated."""
    lever = levers.LEVERS.get(name)
    return tuple(lever.dated) if isinstance(lever, DatedLever) else ()


def dated_levers() -> list[str]:
    """Return the levers that an action of the timeline may name."""
    return [name for name in levers.LEVERS if dated_fields(name)]


def gives_dated_orders(name: str) -> bool:
    """Whether a lever's actions become orders in regions, rather than act on an event."""
    fields = dated_fields(name)
    return bool(fields) and "event" not in fields


def acts_nationwide(parameter: str) -> bool:
    """Whether a parameter's lever acts for the nation, or on events, and so takes no regions."""
    lever = lever_of(parameter)
    return levers.LEVERS[lever].stage is Stage.MORNING or "event" in dated_fields(lever)


def look_of(name: str) -> Look:
    """Return the names of a lever and how it is drawn, in the readers' language."""
    lever = levers.LEVERS.get(name)
    look = (Look(plain(name).capitalize()) if lever is None else lever.look).complete()
    sign = look.sign and look.sign._replace(words=translated(look.sign.words))
    return look._replace(
        label=translated(look.label),
        title=translated(look.title),
        phrase=translated(look.phrase),
        lane=translated(look.lane),
        prefix=translated(look.prefix or ""),
        button=translated(look.button),
        sign=sign,
    )
