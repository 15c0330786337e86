"""The standing block: what is blocked from the first day, and how a visitor chooses it."""

from samizdat.page.choice import Choice
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import EVERY_PLATFORM, FOREIGN_PRESS

LIST = "blocking.standing"  # the key of its list
SWITCH = "blocking.standing_on"  # the parameter with which it ends during a run


def blockable(scenario: Scenario) -> list[str]:
    """Return what can be blocked: the platforms, and the foreign press where there is one."""
    names = [platform.name for platform in scenario.spec.platforms]
    return [*names, FOREIGN_PRESS] if scenario.spec.foreign_press.audience > 0 else names


def standing_block(scenario: Scenario) -> list[str]:
    """Return the platforms that are blocked from the first day, each by its name."""
    listed = scenario.spec.blocking_standing
    platforms = [platform.name for platform in scenario.spec.platforms]
    every = platforms if EVERY_PLATFORM in listed else []
    return [*every, *(n for n in listed if n not in every and n != EVERY_PLATFORM)]


def with_standing(choice: Choice, name: str) -> Choice:
    """Return a choice whose standing block has this platform more, or less if it had it.

    Raises
    ------
    ScenarioError
        If that is no scenario.
    """
    listed = standing_block(choice.load())
    kept = [other for other in listed if other != name] if name in listed else [*listed, name]
    chosen = choice.other(values={**choice.values, LIST: f"[{', '.join(kept)}]"})
    chosen.load()
    return chosen
