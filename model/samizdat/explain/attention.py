"""How one citizen's attention moves in a step, and through which channels the news reaches her."""

from typing import TYPE_CHECKING

from samizdat.core.layout import AWARE, PLATFORMS, SPENT, STREET, TALK, UNAWARE
from samizdat.core.mechanisms import attention
from samizdat.explain.account import Chance, Term
from samizdat.explain.signals import Causes

if TYPE_CHECKING:
    from samizdat.explain.rules import StepReplay


def attend(her: "StepReplay") -> tuple[int, tuple[Chance, ...], tuple[Term, ...]]:
    """Return her attention after the step, the chances it met, and the hazard by channel."""
    now, here, p = her.morning["attention"], her.here, her.p.attention
    chances: list[Chance] = []
    if her.held or p.on == 0.0:
        return now, (), ()
    if here["fresh"] and now == SPENT:
        now = UNAWARE
    if now == UNAWARE:
        if here["fresh"]:
            first = here.apply(attention.first_to_know, has_platform=her.platforms != 0)
            if first > 0.0:
                chances.append(her.chance("is among the first to know", first, "SEEDS"))
                if chances[-1].happens:
                    return AWARE, tuple(chances), ()
        if here["running"]:
            news, per_day = _channels(her)
            chance = here.apply(attention.awakening, per_day=per_day, step_days=her.world.step_days)
            chances.append(her.chance("learns of it", chance, "ATTENTION"))
            return AWARE if chances[-1].happens else now, tuple(chances), news
    elif now == AWARE:
        spoke = her.last_voice & (PLATFORMS | TALK | STREET) != 0
        heard = her.street + her.others
        chance = here.apply(attention.weariness, heard=heard, spoke=spoke, p=p)
        chances.append(her.chance("loses interest", chance, "ATTENTION"))
        now = SPENT if chances[-1].happens else now
    return now, tuple(chances), ()


def _channels(her: "StepReplay") -> tuple[tuple[Term, ...], float]:
    """Return what each channel adds to the hazard (1/day) that she learns of it, and the hazard."""
    here, p = her.here, her.p.attention
    quiet = {
        "heard": 0, "posting": 0.0, "has_platform": her.platforms != 0,
        "reads_foreign": her.reads_foreign, "p": p, "flooding": here["flooding"],
        "press_control": here["press_control"],
    }  # fmt: skip
    causes: Causes = {
        "her ties": {"heard": her.street + her.others},
        "press and word": {"coverage": here["coverage"]},
        "pages": {"coverage_online": here["coverage_online"]},
        "strangers' posts": {"posting": her.world.posting_share[her.platforms].item()},
        "the foreign press": {"coverage_abroad": here["coverage_abroad"]},
    }
    return here.terms(attention.hazard, quiet, 0.0, causes)
