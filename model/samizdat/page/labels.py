"""Plain words for the levers and the numbers, for those who do not know their dotted names."""

import re

from samizdat.page.sliders import TITLES, shown, words_of
from samizdat.scenario.registry import REGISTRY

# The levers of `regime.LEVERS`, as they stand after "with" and "without".
LEVER_WORDS = {
    "broadcast": "state television", "egov": "e-government", "flooding": "drowning of calls",
    "surveillance": "surveillance", "sanction": "prosecution", "chill": "strict laws",
    "ban": "the ban on platforms", "blocking": "blocking", "blackout": "blackouts",
    "arrests": "arrests", "preempt": "arrests beforehand", "violence": "violence",
    "concession": "giving in",
}  # fmt: skip

# What stands all the time, with words for its slider.
STANDING = {
    "surveillance": "Surveillance: chance that a readable post is traced",
    "sanction": "Prosecution of a traced post",
    "chill": "Strict laws: fear that everybody has at rest",
    "broadcast": "State television and print",
    "flooding": "Official accounts drown calls: share drowned",
    "egov": "E-government: services online that win trust",
    "arrests.capacity": "Arrests: most a day, per citizen",
    "arrests.response": "Arrests: chance that the police turn out",
    "preempt": "Arrests beforehand: share of yesterday's posters",
}
_AUTHORITY = ("Only a court may block", "The prosecutor may block")


def title_of(name: str, value: float) -> str:
    """Return what a setting of one number is called: plain words and the value."""
    if name == "blocking.authority":
        return _AUTHORITY[int(value)]
    words = words_of(name)
    return f"{_called(name)} {words[int(value)] if words else shown(value)}"


def _called(name: str) -> str:
    if name in STANDING:
        label = STANDING[name]
        head = label.partition(":")[0]
        alone = sum(each.partition(":")[0] == head for each in STANDING.values()) == 1
        return head if alone else label.replace(":", ",") + ":"
    group, _, last = name.rpartition(".")
    if last == "on":
        return f"{TITLES[group]}:"
    meaning = re.sub("^[01]: ", "", REGISTRY[name].quantity.meaning).partition(";")[0]
    said = f"{TITLES[group]}, {meaning}:" if group in TITLES else f"{meaning}:"
    return said[0].upper() + said[1:]
