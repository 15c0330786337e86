"""What is in force, in sentences."""

import datetime as dt

from samizdat.page.in_force import BY_LAW, FIRST_DAY, RULE, VIEWER, InForce, Where
from samizdat.regime.queries import look_of
from samizdat.views.looks import day_in_words

PLACES_NAMED = 3
RULES = ("blocking.rule_on", "blackout.rule_on", "violence.rule_on")
LISTS = ("blocking.standing_on", "ban.on")


class Words:
    """A line of what is in force, as it reads on the page.

    Attributes
    ----------
    what
        What it is, and where.
    told
        By whom, since when and until when.
    button, hint
        Text of the button that ends it, and what that does.
    """

    def __init__(self, line: InForce, region: str, date: dt.date, *, regions: int) -> None:
        self.what = _what(line) + _where(line.place, region, regions)
        self.told = ", ".join(filter(None, (_since(line, date), _by(line), _until(line, date))))
        self.button, self.hint = _ending(line, region)
        self.hint = f"{self.hint}: {self.what}, {self.told}"


def _what(line: InForce) -> str:
    if line.source == BY_LAW:
        said = line.title.lower() in line.text.lower()
        return line.text if said else f"{line.title} ({line.text})"
    return line.text or (line.title if line.source == VIEWER else look_of(line.lever).label)


def _where(place: Where, region: str, regions: int) -> str:
    """Return where it holds, if that is not just what is chosen."""
    if regions < 2 or place.regions == (region,):
        return ""
    if place.nation:
        return ", everywhere"
    if len(place.regions) > PLACES_NAMED:
        return f", in {len(place.regions)} regions"
    return f", in {' and '.join(place.regions)}"


def _since(line: InForce, date: dt.date) -> str:
    if line.source == FIRST_DAY:
        return "since the first day"
    if line.first == line.last == date:
        return "tomorrow only"
    if line.first == date:
        return "from tomorrow"
    return f"{'since' if line.begun else 'from'} {day_in_words(line.first)}"


def _by(line: InForce) -> str:
    named = line.title and line.title.lower() not in line.text.lower()
    if line.source == VIEWER:
        return "by you"
    if line.source == RULE:
        return "by the rule of the scenario"
    if line.source == BY_LAW:
        return "a law that came because of the threat"
    return f"by the scenario: {line.title}" if named else "by the scenario"


def _until(line: InForce, date: dt.date) -> str:
    if line.last is None:
        return "until it is ended"
    if line.first == line.last == date:
        return ""
    quiet = " if it stays quiet" if line.source == RULE else ""
    return f"until {day_in_words(line.last)}{quiet}"


def _ending(line: InForce, region: str) -> tuple[str, str]:
    """Return the text of the button that ends a line, and what it does."""
    if line.source == BY_LAW:
        return ("Repeal" if line.begun else "Call off"), "Ends the law from the next day on"
    if any(name in (*RULES, *LISTS) for name in line.names):
        text = "Allow again" if line.names[0] in RULES else "Restore"
        return text, "Takes this back from the next day on"
    if not line.begun or line.first == line.last:
        return "Call off", "It does not come"
    wider = bool(region) and bool(line.lifts) and line.place.regions != (region,)
    return ("End everywhere" if wider else "End"), "Ends it from the next day on"
