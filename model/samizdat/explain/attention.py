"""How one citizen's attention moves in a step, and through which channels the news reaches her."""

from collections.abc import Callable
from typing import NamedTuple

from samizdat.core.layout import AWARE, SPENT, UNAWARE
from samizdat.core.mechanisms import attention
from samizdat.core.mechanisms.attention import Attention
from samizdat.explain.account import Chance, Term
from samizdat.explain.signals import Causes, RegionSignals


class Listener(NamedTuple):
    """What of a citizen's morning decides whether the news of an event reaches her."""

    attention: int
    heard: int  # ties, yesterday
    has_platform: bool
    posting: float  # share of strangers who posted, summed over her platforms
    reads_foreign: bool
    spoke: bool  # herself, yesterday


def attend(
    her: Listener,
    here: RegionSignals,
    step_days: float,
    p: Attention,
    chance: Callable[[str, float, str], Chance],
) -> tuple[int, tuple[Chance, ...], tuple[Term, ...]]:
    """Return her attention after the step, the chances it met, and the hazard by channel."""
    now, chances = her.attention, list[Chance]()
    if here["fresh"] and now == SPENT:
        now = UNAWARE
    if now == UNAWARE:
        if here["fresh"]:
            first = here.apply(attention.first_to_know, has_platform=her.has_platform)
            if first > 0.0:
                chances.append(chance("is among the first to know", first, "SEEDS"))
                if chances[-1].happens:
                    return AWARE, tuple(chances), ()
        if here["running"]:
            news, per_day = _channels(her, here, p)
            learns = here.apply(attention.awakening, per_day=per_day, step_days=step_days)
            chances.append(chance("learns of it", learns, "ATTENTION"))
            return AWARE if chances[-1].happens else now, tuple(chances), news
    elif now == AWARE:
        tires = here.apply(attention.weariness, heard=her.heard, spoke=her.spoke, p=p)
        chances.append(chance("loses interest", tires, "ATTENTION"))
        now = SPENT if chances[-1].happens else now
    return now, tuple(chances), ()


def _channels(her: Listener, here: RegionSignals, p: Attention) -> tuple[tuple[Term, ...], float]:
    """Return what each channel adds to the hazard (1/day) that she learns of it, and the hazard."""
    quiet = {
        "heard": 0, "posting": 0.0, "has_platform": her.has_platform,
        "reads_foreign": her.reads_foreign, "p": p, "flooding": here["flooding"],
        "press_control": here["press_control"],
    }  # fmt: skip
    causes: Causes = {
        "her ties": {"heard": her.heard},
        "press and word": {"coverage": here["coverage"]},
        "pages": {"coverage_online": here["coverage_online"]},
        "strangers' posts": {"posting": her.posting},
        "the foreign press": {"coverage_abroad": here["coverage_abroad"]},
    }
    return here.terms(attention.hazard, quiet, 0.0, causes)
