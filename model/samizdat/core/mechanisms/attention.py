"""Attention: news of an event spreads along ties and through media, and attention wears off.

    UNAWARE -> AWARE  with P = 1 - exp(-days h),
                      h = beta (1 - flooding)(s + m) + (1 - press_control) coverage
                        + [a platform] (coverage_online + (1 - flooding) feed posting)
                        + foreign_reach coverage_abroad [foreign press]
    AWARE -> SPENT    at rate fatigue; at max(fatigue, fade) if nothing is heard or nothing runs

s + m is the number of ties heard (speaking, in the street); rates and hazards are per day. News has
a channel each for the press and the word in public (``coverage``), pages on the network
(``coverage_online``), what strangers post (``posting``, the sum over her platforms of posters /
users in the last step), and the foreign press. Of the news of an event, ``online_share`` is on
pages.

An epidemic of attention (Daley & Kendall 1965, J. Inst. Math. Appl. 1:42); with fade = 0 it is SIR
on the graph, whose final size is known (Newman 2002, Phys. Rev. E 66:016128). With speaking_tires =
1 only those who spoke are fatigued, so a silenced citizen stays aware longer.
"""

from typing import Annotated, NamedTuple

from samizdat.core.exponential import exp_minus
from samizdat.core.jit import compiled, inlined
from samizdat.core.quantity import Quantity

_ROOM = 1.001  # for rounding, see `may_awaken`


class Attention(NamedTuple):
    """Parameters of attention."""

    on: Annotated[float, Quantity("0: everybody is always aware", 0, 1, off=0, whole=True)] = 1.0
    beta: Annotated[
        float, Quantity("hazard of becoming aware for each tie heard", 0, 5, "1/day/tie", off=0)
    ] = 0.07
    fade: Annotated[
        float, Quantity("loss of attention where nothing is heard", 0, 5, "1/day", off=0, rate=True)
    ] = 0.07
    fatigue: Annotated[
        float, Quantity("loss of attention, heard or not", 0, 5, "1/day", off=0, rate=True)
    ] = 0.25
    online_share: Annotated[
        float, Quantity("share of an event's news that pages and channels carry", 0, 1, off=0)
    ] = 0.4
    feed: Annotated[
        float,
        Quantity(
            "hazard from what strangers post, if all users of a platform post",
            0,
            0.1,
            "1/day",
            off=0,
        ),
    ] = 0.05
    foreign_reach: Annotated[
        float,
        Quantity("hazard from full coverage abroad, for foreign press readers", 0, 1, "1/day", 0),
    ] = 0.005
    speaking_tires: Annotated[
        float,
        Quantity("1: fatigue only for those who spoke (structural variant)", 0, 1, whole=True),
    ] = 0.0


def by_press(total: float, p: Attention) -> float:
    """Return the part of an event's coverage or seeds that needs no network: (1 - q) total.

    q is online_share, assumed; ``total`` is a hazard (1/day) or a share in [0, 1].
    """
    return (1.0 - p.online_share) * total


def by_pages(total: float, online_reach: float, p: Attention) -> float:
    """Return the same news for each citizen with a platform: q total / online_reach.

    It reaches on average over all citizens what it replaces, where the share ``online_reach`` of
    them, in (0, 1], has a platform. q is online_share, assumed.
    """
    return p.online_share * total / online_reach


@compiled
def hazard(
    heard: int,
    flooding: float,
    coverage: float,
    press_control: float,
    coverage_online: float,
    posting: float,
    has_platform: bool,
    coverage_abroad: float,
    reads_foreign: bool,
    p: Attention,
) -> float:
    """Return h, the hazard (1/day) that an unaware citizen becomes aware.

    h = beta (1 - flooding)(s + m) + (1 - press_control) coverage
        + [a platform] (coverage_online + (1 - flooding) feed posting)
        + foreign_reach coverage_abroad [foreign press].
    ``heard`` is s + m, ties; the coverages are those of the running events, per day; ``posting`` is
    the sum over her platforms of the share of users who post, at least 0; flooding and
    press_control are in [0, 1]. The contact term is that of Daley & Kendall (1965); with a constant
    one for media, in a population where everybody meets everybody, it is Bass's (1969, Management
    Science 15:215). The split of the media is assumed.
    """
    return (
        p.beta * (1.0 - flooding) * heard
        + (1.0 - press_control) * coverage
        + has_platform * (coverage_online + (1.0 - flooding) * p.feed * posting)
        + p.foreign_reach * coverage_abroad * reads_foreign
    )


@compiled
def first_to_know(seeds: float, seeds_online: float, has_platform: bool) -> float:
    """Return the chance of being aware from an event's first day on.

    1 - (1 - seeds)(1 - seeds_online) with a platform, else ``seeds``, all in [0, 1]: two
    independent chances. Without news online it is ``seeds`` to the last bit. Assumed.
    """
    if has_platform and seeds_online > 0.0:
        return 1.0 - (1.0 - seeds) * (1.0 - seeds_online)
    return seeds


@compiled
def awakening(per_day: float, step_days: float) -> float:
    """Return P, the probability that an unaware citizen becomes aware in this step.

    P = 1 - exp(-step_days h), ``per_day`` being h (1/day): survival under a constant hazard.
    """
    return 1.0 - exp_minus(step_days * per_day)


@compiled
def weariness(heard: int, running: int, spoke: bool, p: Attention) -> float:
    """Return the probability that an aware citizen becomes spent in this step.

    fatigue, or max(fatigue, fade) if no tie is heard or no event runs; with speaking_tires, fatigue
    for those who spoke yesterday, and fade for others if no tie is heard or no event runs. Both
    rates are given as they act in a step, 1 - exp(-rate days). Removal at a constant rate: Newman
    (2002).
    """
    deserted = heard == 0 or running == 0
    if p.speaking_tires != 0.0:
        if spoke:
            return p.fatigue
        return p.fade if deserted else 0.0
    return max(p.fatigue, p.fade) if deserted else p.fatigue


# Preconditions of shortcuts.


@compiled
def may_awaken(draw: float, per_day: float, step_days: float) -> bool:
    """Whether ``draw`` can lie below `awakening`, tested without the exponential.

    1 - exp(-z) <= z for z = step_days h >= 0. `awakening` is off by up to 2e-16 through rounding;
    a draw is at least 2^-33 (1e-10), so that a margin of a thousandth is ample.
    """
    return draw < _ROOM * step_days * per_day


@compiled
def awakening_by_press(
    coverage: float, press_control: float, step_days: float, p: Attention
) -> float:
    """Return `awakening` of a citizen who hears no tie, has no platform and reads no foreign press.

    It is the same for all of them in a region: coverage is the only term of the hazard.
    """
    per_day = hazard(0, 0.0, coverage, press_control, 0.0, 0.0, False, 0.0, False, p)
    return awakening(per_day, step_days)


@compiled
def awakening_by_media(
    coverage: float,
    press_control: float,
    coverage_online: float,
    flooding: float,
    posting: float,
    step_days: float,
    p: Attention,
) -> float:
    """Return an upper bound of `awakening` of a citizen who hears no tie and reads nothing abroad.

    ``posting`` is that of all platforms in her region; hers is a part of that sum. The margin is
    for rounding, see `may_awaken`.
    """
    per_day = hazard(
        0, flooding, coverage, press_control, coverage_online, posting, True, 0.0, False, p
    )
    return _ROOM * awakening(per_day, step_days)


@inlined
def concerned(held: int, aware: int, unaware: int, fresh: int, reads_of_it: int) -> int:
    """Return 1 for a citizen who may attend or decide today even if she hears no tie, else 0.

    Attention changes for the aware, for all when an event begins, and for the unaware who read of a
    running event in the foreign press (``reads_of_it``); the detained serve their terms. Any other
    citizen has the hazard of the media at home and of what strangers post (`awakening_by_press`,
    `awakening_by_media`) and is silent.
    """
    return held | aware | fresh | (unaware & reads_of_it)


@inlined
def reached(unaware: int, running: int, heard: int) -> int:
    """Return 1 for an unaware citizen who can hear of a running event from a tie today, else 0."""
    return unaware & running & heard
