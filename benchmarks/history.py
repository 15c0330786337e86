"""How the two protest scenarios stand to the record, seed by seed: a check of kind, not a fit."""

from statistics import median

import pandas as pd

from samizdat import Scenario, Simulation

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
    return {
        "ordinary strike day, median": float(here["2011-05-20":"2011-12-14"].median()),
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
    }


def land_protests(citizens: int, seed: int) -> dict[str, float]:
    """Spring 2016: scaled to the country."""
    simulation = Simulation(
        Scenario.load("land_protests").change({"citizens": citizens}), seed
    ).run()
    scale = 17.67e6 / citizens
    days, nation = street(simulation), simulation.nation.set_index("date")
    found = {
        "country, most, %": float(nation["mobilise"].max() / citizens * 100),
        "before 30 March, person-days": float(days[:"2016-03-29"].sum().sum() * scale),
        "21 May": float(days.loc["2016-05-21"].sum() * scale),
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
    for region, date in CITIES.items():
        late = (days[region].idxmax() - pd.Timestamp(date)).days
        found[f"{region}: most"] = float(days[region].max() * scale)
        found[f"{region}: days after {date}"] = float(late)
    return found


def report(citizens: int, repeats: int) -> None:
    """Print median and range over seeds 1 ... repeats."""
    for scenario in (zhanaozen, land_protests):
        print(f"{scenario.__name__}: {citizens:,} citizens, seeds 1 ... {repeats}")
        rows = [scenario(citizens, seed) for seed in range(1, repeats + 1)]
        for name in rows[0]:
            values = [row[name] for row in rows]
            print(f"  {name:50} {median(values):9.3g}  ({min(values):.3g} ... {max(values):.3g})")
