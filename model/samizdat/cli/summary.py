"""What `samizdat run` prints at the end."""

from collections.abc import Iterator
from typing import Any

_ROWS = 14
_COLUMNS = ("self_censor", "share", "mobilise", "detained", "aware", "online", "circumventing")


def lines(simulation: Any, seconds: float, status: str) -> Iterator[str]:
    """Yield the table of the run and its summary, line by line."""
    nation = simulation.nation
    if nation.empty:
        yield f"{status.capitalize()} before the first day."
        return
    every = max(1, -(-len(nation) // _ROWS))
    yield ""
    heads = [name.replace("_", "-") for name in _COLUMNS]
    yield "to day      " + "".join(f"{head:>14}" for head in heads)
    for begin in range(0, len(nation), every):
        rows = nation.iloc[begin : begin + every]
        largest = "".join(f"{int(rows[name].max()):>14,}" for name in _COLUMNS)
        yield f"{rows['date'].iloc[-1].date()}  {largest}"
    if every > 1:
        yield f"(the largest number on a day, of each {every} days)"
    yield ""
    yield from _verdict(simulation.summary)
    per_step = seconds / max(1, simulation.step_number)
    yield (
        f"{status.capitalize()}: {simulation.step_number:,} steps in {seconds:.1f} s "
        f"({per_step / simulation.scenario.citizens * 1e9:.0f} ns per citizen and step)."
    )


def _verdict(s: dict[str, Any]) -> Iterator[str]:
    if s["peak_mobilised"]:
        yield (
            f"Street:          at most {s['peak_mobilised']:,} ({s['peak_share']:.3%}) on "
            f"{s['peak_date']}, most of them in {s['peak_region']}; "
            f"{s['person_days']:,.0f} person-days from {s['first_day']} to {s['last_day']}, "
            f"in {s['regions_reached']} region(s)."
        )
    else:
        yield "Street:          nobody."
    yield (
        f"Self-censorship: {s['self_censor_days']:,.0f} person-days, at most "
        f"{s['peak_self_censor']:,} at once; open dissent {s['open_dissent_days']:,.0f}."
    )
    if s["self_censorship_gap"] is not None:
        yield (
            f"                 {s['self_censorship_gap']:.0%} of what would be said openly "
            "is kept back (person-days)."
        )
    if s["mean_latent_self_censor"] is not None:
        yield (
            f"Standing habit:  {s['mean_latent_self_censor']:.1%} would speak openly, "
            "but for the risk (mean of months)."
        )
    yield (
        f"State:           {s['arrests']:,} arrests, at most {s['peak_detained']:,} "
        f"({s['peak_detained_share']:.3%}) held at once; "
        f"{s['posts_suppressed']:,} hearings of posts suppressed."
    )
    yield (
        f"Internet:        {s['online_at_end']:,} online at the end; "
        f"at most {s['circumventing_peak']:,} with a VPN."
    )
    if s["trust_online"] is not None and s["trust_offline"] is not None:
        yield (
            f"Trust at end:    {s['trust_online']:.3f} among those online, "
            f"{s['trust_offline']:.3f} among those offline."
        )
    line = "3.5 % of the citizens in the street on one day"
    verdict = f"fell ({line}, {s['days_above_fall']:g} days)" if s["fell"] else "survived"
    yield f"Regime:          {verdict}."
