"""Valid inputs, small enough that each is read or run within a moment, and the junk of callers."""

import random

from samizdat.scenario.shipped import shipped_text

SCENARIO = shipped_text("town")
EXPERIMENT = """\
question = "Does blocking quiet the street?"
scenario = "town"
until = "2014-03-03"
seed = 1
replicates = 2
measures = ["peak_share", "person_days", "trust.last"]
cascade = { of = "peak_share", at_least = 0.001 }
series = 1

[set]
citizens = 40

[design]
kind = "grid"

[design.factors]
"attention.beta" = { low = 0.1, high = 0.3, steps = 2 }
regime = ["open", "networked"]

[[figures]]
title = "Turnout"
kind = "line"
x = "attention.beta"
y = "person_days"
hue = "regime"

[resources]
chunk_seconds = 1
threads = 1
"""
DESIGNS = {
    "latin_hypercube": 'kind = "latin_hypercube"\nsamples = 3\nseed = 2\n',
    "sobol": 'kind = "sobol"\nsamples = 2\nseed = 2\n',
    "morris": 'kind = "morris"\ntrajectories = 2\nlevels = 4\n',
}
POINTS = "attention.beta,egov,regime\n0.1,0,open\n0.2,0.0002,ban\n0.3,1e-4,networked\n"
TIES = "source,target,kind\n" + "".join(
    f"{k},{(k + step) % 40},{'close' if step < 3 else 'online'}\n"
    for k in range(40) for step in (1, 2, 3)
)  # fmt: skip

# The arguments of a caller: right ones among them.
VALUES = [
    "0", "1", "-1", "2", "1.5", "True", "None", "'7'", "''", "[]", "{}", "b'1'", "10**400",
    "1e308", "float('nan')", "float('inf')", "np.int32(3)", "np.uint64(2**63)",
    "np.float32(2.0)", "np.bool_(1)", "np.array(3)", "np.array([1, 2])", "np.nan", "pd.NA",
    "pd.Timestamp('2014-03-02')", "object()", "2**63", "-2**63", "dt.date(2014, 3, 2)",
    "dt.date(1, 1, 1)", "'2014-03-02'", "'2014-W10'", "lambda: 1", "complex(1, 1)", "'town'",
    "'x' * 5000", "'\\x00'", "range(3)", "iter([1])", "np.ma.masked", "decimal.Decimal('1')",
    "fractions.Fraction(1, 3)", "'\\ud800'", "Ellipsis",
]  # fmt: skip
ARRAYS = [
    "np.full(40, 0.5)", "np.full(40, 5.0)", "np.full(40, -10.0)", "np.full(40, 1e308)",
    "np.full(40, np.nan)", "np.full(40, np.inf)", "np.zeros(39)", "np.zeros(41)",
    "np.zeros((40, 1))", "np.zeros(40, bool)", "np.zeros(40, int)", "np.ones(40, np.uint8)",
    "np.full(40, 70000)", "np.full(40, -1)", "np.full(40, 2.5)", "np.array(['a'] * 40)",
    "[0.5] * 40", "[None] * 40", "pd.Series(np.linspace(0, 1, 40))",
    "pd.Series(np.linspace(0, 1, 40)).sample(frac=1, random_state=1)",
    "pd.DataFrame({'a': np.zeros(40)})", "np.zeros(40, complex)", "np.array([object()] * 40)",
    "np.zeros(40, 'M8[D]')", "np.ma.masked_all(40)", "pd.Series([0.5] * 40, dtype='Float64')",
    "pd.array([None] * 40, 'Int64')", "np.zeros(0)", "0.5", "'half'", "iter([0.5] * 40)", "{}",
]  # fmt: skip
# Calls with a drawn value: a wrong one is a ValueError that names it.
CALLS = [
    "Simulation(town, {a})", "Simulation(town, 1, {a})", "Simulation(town, seed={a}, threads=1)",
    "Simulation(town, 1, 1, traits={{'hardship': {b}}})",
    "Simulation(town, 1, 1, traits={{'platforms': {b}}})", "Simulation(town, 1, 1, traits={b})",
    "Simulation(town, 1, 1, traits={{'threshold': {b}, 'risk_aversion': {b2}}})",
    "Simulation(town, 1, 1, traits={{'resting_trust': {b}}})",
    "town.change({{'attention.beta': {a}}})", "town.change({{'citizens': {a}}})",
    "town.change({{'graph.kind': {a}}})", "town.change({{'population.threshold.mean': {a}}})",
    "town.change({{'blocking.authority': {a}}})", "town.change({{str({a}): 1}})",
    "town.under({a})", "Scenario.from_table({{'start': {a}}})",
    "Scenario.from_table({{**town.to_table(), 'start': {a}}})",
    "Scenario.from_table({{**town.to_table(), 'end': {a}}})",
    "Scenario.from_table({{**town.to_table(), 'security': {a}}})",
    "Scenario.from_table({{**town.to_table(), 'timeline': {a}}})",
    "Graph.from_edges({a}, [0], [1])", "Graph.from_edges(40, {b}, {b2})",
    "Graph.from_edges(40, [0, 1], [1, 2], {a})", "Graph.from_edges(3, {a}, {a2})",
    "simulation.measured({a})", "ProtestModel(scenario='town', citizens={a}, seed=1)",
    "ProtestModel(scenario='town', citizens=40, seed={a})",
    "ProtestModel(scenario='town', citizens=40, threads={a})",
    "ProtestModel(scenario='town', citizens=40, regime={a})",
    "Experiment.from_table({{**experiment, 'replicates': {a}}}, 'x')",
    "Experiment.from_table({{**experiment, 'seed': {a}}}, 'x')",
    "Experiment.from_table({{**experiment, 'until': {a}}}, 'x')",
    "Experiment.from_table({{**experiment, 'set': {{'citizens': {a}}}}}, 'x').points()",
    "Experiment.from_table({{**experiment, 'design': {{'factors': {{'attention.beta': [{a}]}}}}}},"
    " 'x').points()",
    "sweep(experiment, 'out', jobs={a})",
]  # fmt: skip
# Calls with an object of any class: a TypeError of Python's is right too, and an OSError of a path.
OBJECTS = [
    "Simulation(town, 1, 1, {a})", "Simulation({a})", "town.change({a})", "Scenario.load({a})",
    "Scenario.from_table({a})", "Graph.from_file({a}, 40)", "Graph.from_networkx({a})",
    "simulation.save({a})", "Simulation.restore({a})", "ProtestModel(scenario={a}, citizens=40)",
    "ProtestModel(scenario='town', citizens=40, rng={a})", "Experiment.load({a})",
    "Experiment.from_table({a}, 'x')", "sweep({a}, 'out', jobs=1)",
    "sweep(experiment, {a}, jobs=1)", "read_table({a})", "town.steps_until({a})",
]  # fmt: skip
PRELUDE = """\
import datetime as dt, decimal, fractions
import numpy as np, pandas as pd
from samizdat import (
    Experiment, Graph, ProtestModel, Scenario, Simulation, read_table, sweep,
)
town = Scenario.load("town").change({"citizens": 40})
simulation = Simulation(town, 1, 1)
experiment = {
    "question": "?", "scenario": "town", "until": "2014-03-02", "set": {"citizens": 40},
    "design": {"factors": {"attention.beta": [0.1]}}, "replicates": 1,
}
"""
WORDS = [
    "town", "nope", "kazakhstan", ".", "", "none.toml", "mine.toml", "\x00", "~/x.toml",
    "/dev/null", "/dev/zero", "/proc/self/mem", "a" * 300, "-", "--", "é", "1", "town.toml",
]  # fmt: skip
OPTIONS = {
    "run": ["--citizens", "--seed", "--set", "--regime", "--until", "--threads", "--graph", "--out",
            "--checkpoint-every", "--resume", "--force", "--no-figures", "--quiet"],
    "compare": ["--citizens", "--seed", "--set", "--regime", "--until", "--threads", "--out",
                "--force"],
    "sweep": ["--out", "--jobs", "--dask", "--shard", "--dry-run", "--quick", "--keep-going"],
    "report": ["--out", "--quiet"],
    "explain": ["--citizen", "--day", "--seed", "--set", "--citizens", "--until"],
    "animate": ["--out", "--view", "--citizens", "--seed", "--until"],
    "check": [], "parameters": ["--markdown"], "scenarios": [], "compact": [], "verify": [],
    "cache": [],
    "view": ["--run", "--RunId", "--port", "--host", "--name", "--seed", "--citizens", "--set"],
}  # fmt: skip
OPTION_VALUES = [
    "1", "0", "-1", "1.5", "nan", "1e99", "9" * 40, "", " ", "x", "town", "2014-03-02",
    "2014-W10", "9999-12-31", "0001-01-01", "attention.beta=0.2", "attention.beta=", "=1",
    "attention.bta=1", "=", "chill=1e999", "citizens=10", "out", "~/out", "~nobody/out",
    "/proc/x", "/dev/null", "/", "ties.csv", "a" * 300, "\u202e", "é", "1/2", "3/2", "2/0",
    "ban", "None", "true", "[1]", "--seed", "127.0.0.1", "0.0.0.0", "tcp://x", "70000",
]  # fmt: skip


def call_of(calls: list[str], chance: random.Random) -> str:
    """Return statements that make one of the calls with drawn arguments."""
    drawn = {
        "a": chance.choice(VALUES), "a2": chance.choice(VALUES),
        "b": chance.choice([*ARRAYS, chance.choice(VALUES)]), "b2": chance.choice(ARRAYS),
    }  # fmt: skip
    return PRELUDE + chance.choice(calls).format(**drawn) + "\n"


def arguments_of(chance: random.Random) -> list[str]:
    """Return a command line with drawn words, options and values."""
    command = chance.choice(list(OPTIONS))
    args = [command]
    if command == "view":  # valid arguments would open a page and wait
        args += [chance.choice(["--run", "--seed", "--citizens"]), chance.choice(["-1", "x", ""])]
    if chance.random() < 0.8:
        args.append(chance.choice([*WORDS, "town", "town"]))
    for option in chance.sample(OPTIONS[command], min(len(OPTIONS[command]), chance.randrange(4))):
        args.append(option)
        if chance.random() < 0.9:
            args.append(chance.choice(OPTION_VALUES))
    if command in ("run", "compare", "animate", "explain"):
        args = _small(args)
    return args


def _small(args: list[str]) -> list[str]:
    """Keep a valid command short: the shipped countries have millions of citizens and years."""
    of_the_town = "town" in args
    if not of_the_town:
        args = ["2005-01-03" if arg == "2014-03-02" else arg for arg in args]
    if "--citizens" not in args:
        args += ["--citizens", "40"]
    if "--until" not in args:
        args += ["--until", "2014-03-03" if of_the_town else "2005-01-03"]
    return args
