"""What `samizdat run` prints at the end."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from samizdat.cli.percent import format_percent

if TYPE_CHECKING:
    from samizdat.run.simulation import Simulation

_ROWS = 14
_COLUMNS = ("self_censor", "share", "mobilise", "detained", "aware", "online", "circumventing")


def lines(simulation: "Simulation", seconds: float, status: str) -> Iterator[str]:
    """Yield the table of the run and its summary, line by line."""
    nation = simulation.nation
    if nation.empty:
        yield f"{status.capitalize()} before the first day."
        return
    every = max(1, -(-len(nation) // _ROWS))
    yield ""
    heads = [name.replace("_", "-") for name in _COLUMNS]
    yield "until       " + "".join(f"{head:>14}" for head in heads)
    for begin in range(0, len(nation), every):
        rows = nation.iloc[begin : begin + every]
        largest = "".join(f"{int(rows[name].max()):>14,}" for name in _COLUMNS)
        yield f"{rows['date'].iloc[-1].date()}  {largest}"
    if every > 1:
        yield f"(Each row shows the maximum over {every} steps.)"
    yield ""
    yield from _outcomes(simulation.summary)
    if arrived := len(simulation.arrivals.all):
        yield f"Grievances:      {_counted(arrived, 'grievance')} arrived."
    per_step = seconds / max(1, simulation.step_number)
    yield (
        f"{status.capitalize()}: {simulation.step_number:,} steps in {seconds:.1f} s "
        f"({per_step / simulation.scenario.citizens * 1e9:.0f} ns per citizen and step)."
    )


def _outcomes(s: dict[str, Any]) -> Iterator[str]:
    """Yield the summary of a run, `Simulation.summary`, in words."""
    if s["peak_mobilised"]:
        yield (
            f"Peak turnout:    {s['peak_mobilised']:,} ({format_percent(s['peak_share'])}) on "
            f"{s['peak_date']}, most of them in {s['peak_region']}; "
            f"{s['person_days']:,.0f} person-days from {s['first_day']} to {s['last_day']}, "
            f"in {s['regions_reached']} region(s)."
        )
    else:
        yield "Peak turnout:    0; nobody was in the street."
    if s["protests"]:
        yield f"Protests:        {s['protests']:,}, of 50 inhabitants or more in one region."
    yield (
        f"Self-censorship: {s['self_censor_days']:,.0f} person-days, "
        f"peak {s['peak_self_censor']:,}; open dissent {s['open_dissent_days']:,.0f} person-days."
    )
    if s["self_censorship_gap"] is not None:
        withheld = format_percent(s["self_censorship_gap"], 0)
        yield f"                 {withheld} of dissent is withheld (person-days)."
    if s["mean_latent_self_censor"] is not None:
        latent = format_percent(s["mean_latent_self_censor"], 1)
        yield (
            f"Latent self-censorship (monthly mean): {latent} of citizens would speak openly "
            "if it carried no risk."
        )
    yield (
        f"State:           {_counted(s['arrests'], 'arrest')}; "
        f"peak detained {s['peak_detained']:,} "
        f"({format_percent(s['peak_detained_share'])}); "
        f"{s['posts_suppressed']:,} exposures to posts prevented by blocking."
    )
    yield (
        f"Internet:        {s['online_at_end']:,} online at the end; "
        f"peak VPN users {s['circumventing_peak']:,}."
    )
    if s["trust_online"] is not None and s["trust_offline"] is not None:
        yield (
            f"Trust at end:    {s['trust_online']:.3f} among citizens online, "
            f"{s['trust_offline']:.3f} among those offline."
        )
    for law in s.get("laws", ()):
        acts = f"acts from {law['acts']}" if law["acts"] else "was not reached"
        yield f"Law by threat:   {law['title']}, at a threat of {law['at']:g}: {acts}."
    line = "3.5 % of the citizens in the street on one day"
    verdict = f"fell ({line}, {s['days_above_fall']:g} days)" if s["fell"] else "survived"
    yield f"Regime:          {verdict}."


def _counted(number: int, thing: str) -> str:
    """Return a number of things in words, as in 1 arrest and 2 arrests."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
