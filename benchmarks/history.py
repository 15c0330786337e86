"""How the shipped history stands to the record, seed by seed: a check of kind, not a fit."""

from statistics import median

import pandas as pd

from benchmarks.report import Results, notify
from samizdat import Scenario, Simulation, protests

CITIES = {
    "Atyrau": "2016-04-24",
    "Aktobe": "2016-04-27",
    "East Kazakhstan": "2016-04-27",
    "West Kazakhstan": "2016-05-01",
    "Mangystau": "2016-05-01",
    "South Kazakhstan": "2016-05-01",
    "Almaty": "2016-05-01",
    "Astana": "2016-05-01",
    "Kyzylorda": "2016-05-01",
    "Zhanaozen": "2016-05-01",
}


def street(simulation: Simulation) -> pd.DataFrame:
    """Citizens in the street, a row a day and a column a region."""
    return simulation.regions.pivot(index="date", columns="region", values="mobilise")


def rallies(simulation: Simulation, first: str = "2005", last: str = "2016") -> dict[str, float]:
    """Count rallies from one date to another, in all regions."""
    days = simulation.nation.set_index("date")[first:last]
    return {f"rallies {what}": float(days[f"rallies_{what}"].sum())
            for what in ("called", "held", "prevented")}  # fmt: skip


def zhanaozen(citizens: int, seed: int) -> dict[str, float]:
    """The strike of 2011: per 100,000 of the town."""
    simulation = Simulation(Scenario.load("zhanaozen").change({"citizens": citizens}), seed).run()
    town = dict(zip(simulation.scenario.region_names, simulation.sizes, strict=True))["Zhanaozen"]
    days = street(simulation)
    here = days["Zhanaozen"] / town * 1e5
    elsewhere = days.drop(columns=["Zhanaozen", "Mangystau"]).sum(axis=1)
    nation = simulation.nation.set_index("date")
    arrests = simulation.regions.pivot(index="date", columns="region", values="newly_detained")
    scale = 1e5 / town
    strike = here["2011-05-13":"2011-12-13"]
    return {
        "strike, days with anybody on the square, %": float((strike > 0).mean() * 100),
        "strike, such a day, median": float(strike[strike > 0].median()),
        "16 December": float(here["2011-12-16"]),
        "a week later": float(here["2011-12-23"]),
        "arrests there 16-18 December": float(
            arrests["Zhanaozen"]["2011-12-16":"2011-12-18"].sum() * scale
        ),
        "Mangystau, person-days per 100,000 of the town": float(days["Mangystau"].sum() * scale),
        "elsewhere, person-days": float(elsewhere.sum()),
        "before 11 May, person-days": float(days[:"2011-05-10"].sum().sum()),
        "latent self-censors, mean %": float(
            nation["latent_self_censor"].dropna().astype(float).mean() / citizens * 100
        ),
        "posts, most, %": float(nation["posts"].max() / citizens * 100),
        "VPN, most, %": float(nation["circumventing"].max() / citizens * 100),
        **rallies(simulation),
    }


def land_protests(citizens: int, seed: int) -> dict[str, float]:
    """Spring 2016: scaled to the country."""
    simulation = Simulation(
        Scenario.load("land_protests").change({"citizens": citizens}), seed
    ).run()
    scale = 17.67e6 / citizens
    days, nation = street(simulation), simulation.nation.set_index("date")
    found = {
        "country, most to 15 May, %": float(
            nation["mobilise"][:"2016-05-15"].max() / citizens * 100
        ),
        "before 30 March, person-days": float(days[:"2016-03-29"].sum().sum() * scale),
        "21 May": float(days.loc["2016-05-21"].sum() * scale),
        "21 May, regions with 50 or more": float((days.loc["2016-05-21"] * scale >= 50).sum()),
        "21 May, calls of 17 prevented": float(nation["rallies_prevented"]["2016-05-21"]),
        "arrests to 15 May": float(nation["newly_detained"][:"2016-05-15"].sum() * scale),
        "arrests 16-22 May": float(nation["newly_detained"]["2016-05-16":"2016-05-22"].sum())
        * scale,
        "regions with 50 or more": float((days.max() * scale >= 50).sum()),
        "self-censors, most, %": float(nation["self_censor"].max() / citizens * 100),
        "posts, most, %": float(nation["posts"].max() / citizens * 100),
        "latent self-censors, mean %": float(
            nation["latent_self_censor"].dropna().astype(float).mean() / citizens * 100
        ),
        "VPN, most, %": float(nation["circumventing"].max() / citizens * 100),
    }
    spring = days[:"2016-05-15"]
    for region, date in CITIES.items():
        late = (spring[region].idxmax() - pd.Timestamp(date)).days
        found[f"{region}: most to 15 May"] = float(spring[region].max() * scale)
        found[f"{region}: days after {date}"] = float(late)
    return found | rallies(simulation)


def twelve_years(citizens: int, seed: int) -> dict[str, float]:
    """The whole record, 2005 to 2016: what the parts cannot show, and what they should agree on."""
    simulation = Simulation(Scenario.load("kazakhstan").change({"citizens": citizens}), seed).run()
    scale = 17.0e6 / citizens
    days, nation = street(simulation), simulation.nation.set_index("date")
    sizes = dict(zip(simulation.scenario.region_names, simulation.sizes.tolist(), strict=True))
    town = days["Zhanaozen"] / sizes["Zhanaozen"] * 1e5
    all_days = days.sum(axis=1)
    latent = nation["latent_self_censor"].dropna().astype(float) / citizens * 100
    posts, share = nation["posts"] / citizens * 100, nation["mobilise"] / citizens * 100
    found = {
        "days with anybody in the street": float((all_days > 0).sum()),
        "before December 2009, person-days": float(all_days[:"2009-12-03"].sum() * scale),
        "Almaty, winter 2009-10, most": float(days["Almaty"]["2009-12":"2010-03"].max() * scale),
        "16 December 2011, per 100,000 of the town": float(town["2011-12-16"]),
        "2011 outside town and oblast, person-days": float(
            days.drop(columns=["Zhanaozen", "Mangystau"]).loc["2011"].sum().sum() * scale
        ),
        "2012-2015, person-days": float(all_days["2012-03-01":"2015-12-31"].sum() * scale),
        "country, most in 2016 to 15 May, %": float(share["2016-01-01":"2016-05-15"].max()),
        "day of it, days after 24 April": float(
            (share["2016-01-01":"2016-05-15"].idxmax() - pd.Timestamp("2016-04-24")).days
        ),
        "Atyrau, 24 April 2016": float(days["Atyrau"]["2016-04-24"] * scale),
        "21 May 2016": float(all_days["2016-05-21"] * scale),
        "arrests 16-22 May 2016": float(
            nation["newly_detained"]["2016-05-16":"2016-05-22"].sum() * scale
        ),
        "online in mid-2005, %": float(nation["online"]["2005-07-01"] / citizens * 100),
        "online in mid-2013, %": float(nation["online"]["2013-07-01"] / citizens * 100),
        "posts, most, %": float(posts.max()),
        "VPN, most, %": float(nation["circumventing"].max() / citizens * 100),
        "regions with 50 or more on a day of 2016": float(
            (days.loc["2016"].max() * scale >= 50).sum()
        ),
    }
    for year in (2005, 2011, 2016):
        at = latent.index.year == year
        found[f"latent self-censors in {year}, %"] = float(latent[at].mean())
    for name, region in (("trust", "trust"), ("fear", "fear"), ("grievance", "grievance")):
        found[f"mean {name} at the end"] = float(nation[region].iloc[-1])
    town_alone = ["Zhanaozen", "Mangystau"]
    found_all = protests(simulation, inhabitants_per_citizen=scale)
    for name, spells in (
        ("outside town and oblast", found_all[~found_all["region"].isin(town_alone)]),
        ("anywhere", found_all),
    ):
        lengths = spells["days"]
        found[f"spells of 50 or more that last one day, {name}, %"] = float(
            (lengths == 1).mean() * 100
        )
        found[f"at most five days, {name}, %"] = float((lengths <= 5).mean() * 100)
    return found | rallies(simulation)


PERIODS = {"zhanaozen": zhanaozen, "land_protests": land_protests, "kazakhstan": twelve_years}


def report(results: Results) -> None:
    """Print and write median and range over seeds 1 ... repeats."""
    citizens, repeats = results.asked.citizens, results.asked.repeats
    tables = []
    for name, scenario in PERIODS.items():
        rows = []
        for seed in range(1, repeats + 1):
            rows.append(scenario(citizens, seed))
            notify(f"history: {name}, {citizens:,} citizens, seed {seed} of {repeats}")
        for what in rows[0]:
            values = [row[what] for row in rows]
            tables.append({"scenario": name, "what": what, "median": median(values),
                           "least": min(values), "most": max(values), "seeds": repeats,
                           "citizens": citizens})  # fmt: skip
            print(f"  {what:50} {median(values):9.3g}  ({min(values):.3g} ... {max(values):.3g})")
    results.write("history", pd.DataFrame(tables))
