"""What one citizen does on a day: attend, count her ties, decide; here the rules are combined."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.draws import SEEDS, uniform
from samizdat.core.jit import compiled, inlined
from samizdat.core.layout import (
    AWARE,
    MOBILISE,
    PLATFORMS,
    SELF_CENSOR,
    SHARE,
    SILENT,
    SPENT,
    STREET,
    TALK,
    UNAWARE,
)
from samizdat.core.mechanisms.attention import (
    Attention,
    awakening,
    first_to_know,
    hazard,
    may_awaken,
    weariness,
)
from samizdat.core.mechanisms.decision import (
    Decision,
    marches_at_any_risk,
    mobilises,
    post_risk,
    speaks,
    stays_home,
    street_risk,
)
from samizdat.core.mechanisms.reach import Reach, reachable_ties


@compiled
def attend(
    attention: int,
    heard: int,
    has_platform: bool,
    posting: float,
    reads_foreign: bool,
    spoke: bool,
    draw: float,
    address: tuple[int, int, int],
    here: np.void,
    step_days: float,
    shortcuts: bool,
    p: Attention,
) -> int:
    """Return UNAWARE, AWARE or SPENT; ``draw`` is used for the transition that applies.

    ``address`` (seed, i, step) is that of the draw for being among the first to know.
    """
    seed, i, step = address
    fresh, running = int(here["fresh"]), int(here["running"])
    if fresh and attention == SPENT:
        attention = UNAWARE
    if attention == UNAWARE:
        if fresh:
            seeds = first_to_know(
                float(here["seeds"]), float(here["seeds_online"]), has_platform
            )  # fmt: skip
            if seeds > 0.0 and uniform(seed, i, step, SEEDS) < seeds:
                return AWARE
        if running:
            per_day = hazard(
                heard, float(here["flooding"]), float(here["coverage"]),
                float(here["press_control"]), float(here["coverage_online"]), posting,
                has_platform, float(here["coverage_abroad"]), reads_foreign, p,
            )  # fmt: skip
            possible = not shortcuts or may_awaken(draw, per_day, step_days)
            if possible and draw < awakening(per_day, step_days):
                return AWARE
    elif attention == AWARE:
        chance = weariness(heard, running, spoke, p)
        if draw < chance:
            return SPENT
    return attention


@inlined
def ties_in_reach(
    first: int,
    last: int,
    n_close: int,
    access: int,
    ears: int,
    simple: bool,
    neighbour: NDArray[np.int32],
    all_access: NDArray[np.uint16],
    last_ears: NDArray[np.uint16],
    p: Reach,
) -> float:
    """Return d, the number of ties of which the heard are a share; others' ears are yesterday's.

    ``first`` and ``last`` are the places of her online ties; ``simple`` is the result of
    `ears_imply_access`: then one read per tie suffices.
    """
    n_net, n_open = 0, 0
    if simple:
        for e in range(first, last):
            n_open += (ears & int(last_ears[int(neighbour[e])]) & PLATFORMS) != 0
    else:
        for e in range(first, last):
            j = int(neighbour[e])
            common = (access & int(all_access[j]) & PLATFORMS) != 0
            n_net += common
            n_open += common & ((ears & int(last_ears[j]) & PLATFORMS) != 0)
    return reachable_ties(n_close, n_net, n_open, p)


@compiled
def decide(
    motive: float,
    street: int,
    divisor: float,
    opposition: float,
    fear: float,
    threshold: float,
    aversion: float,
    traced: float,
    platforms: int,
    security: float,
    rally: int,
    word_of_mouth: float,
    shortcuts: bool,
    p: Decision,
) -> tuple[int, int]:
    """Return the posture and the voice of an aware citizen who is free.

    She can mobilise only where a ``rally`` is on; elsewhere the rest of the rule decides.
    ``divisor`` is D (`reach.diluted`), ``traced`` X0. With ``shortcuts``, a risk is computed only
    where it can decide.
    """
    if (
        rally
        and not (shortcuts and stays_home(motive, aversion, threshold, p))
        and (
            (shortcuts and marches_at_any_risk(motive, aversion, threshold, p))
            or mobilises(
                motive, street_risk(street, divisor, fear, security, p), aversion, threshold, p
            )
        )
    ):
        return MOBILISE, STREET | TALK | platforms
    would = speaks(motive, 0.0, aversion, threshold, p)
    can = platforms != 0 or word_of_mouth != 0.0
    if shortcuts and not (would and can):
        return SILENT, 0  # if she does not speak at risk 0, she speaks at no risk
    voice = 0
    if platforms:
        risk = post_risk(traced, opposition, fear, p)
        if speaks(motive, risk, aversion, threshold, p):
            voice = platforms
    if word_of_mouth != 0.0 and speaks(motive, fear, aversion, threshold, p):
        voice |= TALK
    if voice & PLATFORMS or (voice & TALK and platforms == 0):
        return SHARE, voice
    return (SELF_CENSOR if would and can else SILENT), voice
