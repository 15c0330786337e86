"""Break each claim of the shortcuts in turn, and see whether a run without shortcuts differs.

Interpreted; prints as JSON: claim -> in which world the difference showed, or null.
"""

import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "core")]
from test_shortcuts import BANS_IN_ONE_REGION, BUSY, RARE, run_both  # noqa: E402

from samizdat.core import step  # noqa: E402
from samizdat.core.layout import NOW_AWARE, NOW_HELD, WERE_HELD  # noqa: E402
from samizdat.core.mechanisms.attention import awakening_by_press  # noqa: E402
from samizdat.core.mechanisms.decision import mobilises  # noqa: E402
from samizdat.core.passes import act, citizen, fate, feel, hear  # noqa: E402
from worlds import town  # noqa: E402


def calm_without(left_out):
    """`is_calm` that forgets one of what it asks for."""
    asked = [count for count in (NOW_AWARE, NOW_HELD, WERE_HELD) if count != left_out]
    return lambda b, world: world.shortcuts and not world.caches.block_counts[b, asked].any()


# Where a claim is used, and what is claimed in its place.
BROKEN = {
    "may_awaken": (citizen, lambda draw, per_day, days: draw < 0.9 * days * per_day),
    "awakening_by_press": (act, lambda coverage, control, days, p: 0.0),
    "awakening_by_media": (
        act,
        lambda coverage, control, pages, flooding, posting, days, p: awakening_by_press(
            coverage, control, days, p
        ),
    ),
    "stays_home": (citizen, lambda b, a, t, p: not mobilises(b, 0.3, a, t, p)),
    "marches_at_any_risk": (citizen, lambda b, a, t, p: mobilises(b, 0.5, a, t, p)),
    "stays_silent": (act, lambda most, t, p: not mobilises(most, 0.0, 0.0, t, p)),
    "least_reachable": (act, lambda n_close, heard: n_close + 8.0),
    "diluted": (act, lambda d, table: table[1] * table[1] / d),  # falls as d rises
    "ties_matter": (act, lambda heard: heard > 1),
    "ears_imply_access: withdrawn": (act, lambda withdrawn, p: p.reachable_only == 1.0),
    "ears_imply_access: reachable": (act, lambda withdrawn, p: withdrawn == 0),
    "is_calm: aware": (feel, calm_without(NOW_AWARE)),
    "is_calm: held": (feel, calm_without(NOW_HELD)),
    "is_calm: released": (feel, calm_without(WERE_HELD)),
    "is_eventful: abroad": (feel, lambda here: int(here["fresh"]) != 0),
    "is_eventful: fresh": (feel, lambda here: here["running"] and here["coverage_abroad"] > 0),
    "concerned: abroad": (feel, lambda held, aware, unaware, fresh, reads: held | aware | fresh),
    "concerned: fresh": (
        feel,
        lambda held, aware, unaware, fresh, reads: held | aware | (unaware & reads),
    ),
    "reached": (feel, lambda unaware, running, heard: 0),
    "nothing_told: contradiction": (feel, lambda contradiction, aware, heard: not heard),
    "nothing_told: heard": (feel, lambda contradiction, aware, heard: contradiction * aware == 0),
    "only_relaxes: cut off": (feel, lambda aware, cut_off, novelty: aware == 0),
    "only_relaxes: aware": (feel, lambda aware, cut_off, novelty: cut_off == 0 or novelty == 0),
    "only_calms: kin": (feel, lambda aware, released, kin: aware == 0 and released == 0),
    "only_calms: released": (feel, lambda aware, released, kin: aware == 0 and kin == 0),
    "only_calms: aware": (feel, lambda aware, released, kin: released == 0 and kin == 0),
    "hears_no_platform": (hear, lambda ears: ears & 1 == 0),
    "may_arrest: sanction": (fate, lambda arrest_chance, sanction: arrest_chance > 0),
    "may_arrest: chance": (fate, lambda arrest_chance, sanction: sanction > 0),
    "may_preempt": (fate, lambda preempt: False),
    "vpns_may_change: cut off": (fate, lambda n_vpn, n_cut_off, blackout: n_vpn > 0),
    "vpns_may_change: lapse": (fate, lambda n_vpn, n_cut_off, blackout: n_cut_off > 0),
    "may_change: uptake": (fate, lambda vpn, cut_off, rank, literacy: vpn),
    "may_change: lapse": (fate, lambda vpn, cut_off, rank, literacy: cut_off & (rank < literacy)),
    "_anything_shut: blocked": (step, lambda signals: bool(signals["blackout"].any())),
    "_anything_shut: blackout": (step, lambda signals: bool(signals["blocked"].any())),
}  # fmt: skip


def where_noticed():
    """The first world in which a run without shortcuts differs, or None."""
    for name, values in RARE.items():
        try:
            world = town(400).change({**BUSY, **values})
            run_both(world, size=16, later=BANS_IN_ONE_REGION, steps=50)
        except AssertionError:
            return name
    return None


def main() -> None:
    """Break each claim that was asked for, by default all."""
    found = {}
    for claim in sys.argv[1:] or BROKEN:
        module, broken = BROKEN[claim]
        name = claim.split(":")[0]
        holds = getattr(module, name)
        setattr(module, name, broken)
        found[claim] = where_noticed()
        setattr(module, name, holds)
        print(claim, found[claim], file=sys.stderr, flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
