"""Plain words for levers and parameters, for people who do not know their dotted names."""

import re
from collections.abc import Mapping

from samizdat.page.sliders import group_title, words_of
from samizdat.regime.levers import LEVERS
from samizdat.regime.queries import lever_of, look_of, switch_of
from samizdat.scenario.registry import REGISTRY
from samizdat.text.numbers import number

_SENTENCES = {  # settings whose values are sentences of their own
    "blocking.authority": ("Only a court may block", "The prosecutor may block"),
    "blocking.standing_on": ("The standing block is lifted", "The standing block holds"),
    "blocking.rule_on": ("No block by rule", "Blocks by rule are allowed"),
    "blackout.rule_on": ("No blackout by rule", "Blackouts by rule are allowed"),
    "violence.rule_on": ("No violence by rule", "Violence by rule is allowed"),
    "ban.on": ("The ban is lifted", "The ban holds"),
    "rally.on": ("The street is open on any day", "The street is open on days of rallies only"),
}


def lever_phrase(name: str) -> str:
    """Return a lever as it stands after "with" and "without"."""
    return look_of(name).phrase


def everyday_labels() -> dict[str, str]:
    """Return the parameters of the levers that act every day, and the label of each."""
    return {
        parameter: f"{look_of(name).label}: {quantity.meaning}"
        for name, lever in LEVERS.items()
        if switch_of(name) is None
        for parameter, (quantity, _) in lever.parameters.items()
    }


def why_idle(parameter: str, values: Mapping[str, float]) -> str:
    """Return why a lever of every day does nothing whatever its value; empty if it can act."""
    if parameter == "detain_organisers" and values.get("rally.on") == 0.0:
        return "Acts only while rallies are on: Parameters, Rallies."
    return ""


def title_of(name: str, value: float) -> str:
    """Return what a setting of one parameter is called: plain words and the value."""
    if name in _SENTENCES:
        return _SENTENCES[name][int(value)]
    if words := words_of(name):
        return f"{_called(name)} {words[int(value)]}"
    year = REGISTRY[name].quantity.unit == "year"
    return f"{_called(name)} {f'{value:.6g}' if year else number(value, digits=6)}"


def _called(name: str) -> str:
    entry = REGISTRY[name]
    if entry.group == "regime":
        lever = lever_of(name)
        if name == switch_of(lever):
            return f"{look_of(lever).title}:"
        if len(LEVERS[lever].parameters) == 1:
            return look_of(lever).label
    meaning = re.sub("^[01]: ", "", entry.quantity.meaning).partition(";")[0]
    grouped = "." in name
    called = f"{group_title(name, entry.group)}, {meaning}:" if grouped else f"{meaning}:"
    return called[0].upper() + called[1:]
