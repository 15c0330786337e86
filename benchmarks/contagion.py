"""One common task, what a modeller would use for it, and how far each of them goes."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.cell import CellError, measured
from benchmarks.peers import PEERS, peer
from benchmarks.report import Results, notify
from benchmarks.task import DEGREE, SEEDS, STEPS, THRESHOLD, Task, Uniforms
from samizdat.core import draws
from samizdat.society.graphs import GRAPHS, GraphShape
from samizdat.system.roofline import Timing

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
ALIKE = ("samizdat_1", "scipy_sparse", "mesa_lists")  # do exactly the same
REFERENCE = "samizdat_2"
ONCE_ABOVE = 70.0  # seconds: who takes longer is not asked again at that size


def make_task(n: int, seed: int = 1, steps: int = STEPS) -> Task:
    """Draw the graph (samizdat's own Erdos-Renyi) and the seeds."""
    graph = GRAPHS["erdos_renyi"](seed, np.array([0, n]), GraphShape(degree=DEGREE))
    threshold = np.full(n, THRESHOLD, np.float32)
    threshold[np.random.default_rng(seed).random(n) < SEEDS] = 0.0
    ties = graph.ties
    return Task(ties.start, ties.neighbour, threshold, steps=steps, seed=seed)


def uniforms_of(task: Task) -> Uniforms:
    """Return the draws that samizdat makes in the task, for a peer to use in place of its own."""
    return lambda step: draws.uniforms(task.seed, 0, task.n, step, draws.ATTENTION)


def curves(task: Task, runs: int) -> dict[str, np.ndarray[Any, Any]]:
    """Return the share active by step, (runs, steps), of each peer that does exactly the task."""
    found = {}
    for name in ALIKE:
        rows = [peer(name).play(task._replace(seed=seed)).active for seed in range(1, runs + 1)]
        found[name] = np.array(rows) / task.n
    return found


def furthest_apart(found: dict[str, np.ndarray[Any, Any]]) -> float:
    """Return the largest difference of two mean curves at any step, in standard errors.

    Nobody's draws are another's, so that the means differ by chance; where a curve hardly varies,
    half a step of an integer count stands in for its error.
    """
    reference, *others = found.values()
    most = 0.0
    for other in others:
        variance = reference.var(0, ddof=1) / len(reference) + other.var(0, ddof=1) / len(other)
        error = np.sqrt(np.maximum(variance, 1e-8))
        most = max(most, float(np.max(np.abs(reference.mean(0) - other.mean(0)) / error)))
    return most


def report(results: Results) -> None:
    """Run the table; print it, and write it."""
    asked = results.asked
    apart = _agreement(1_000 if asked.quick else 2_000, 5 if asked.quick else 40)
    sizes = [10_000] if asked.quick else [n for n in SIZES if n <= asked.up_to]
    rows: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    repeats = 1 if asked.quick else max(1, min(3, asked.repeats))
    for n in sizes:
        with tempfile.TemporaryDirectory() as folder:
            make_task(n).save(Path(folder))
            rows += _column(n, folder, repeats, asked.budget, left_out)
    table = _table(pd.DataFrame(rows))
    results.write(
        "contagion",
        table,
        left_out=left_out,
        agreement_standard_errors=apart,
        task={"threshold": THRESHOLD, "seeds": SEEDS, "degree": DEGREE, "steps": STEPS},
    )
    _show(table, left_out, apart)


def _agreement(n: int, runs: int) -> float:
    try:
        apart = furthest_apart(curves(make_task(n), runs))
    except ImportError as error:
        notify(f"contagion: not compared, {error}")
        return float("nan")
    notify(f"contagion: {', '.join(ALIKE)} agree within {apart:.1f} standard errors at every step")
    return apart


def _column(
    n: int, folder: str, repeats: int, budget: float, left_out: dict[str, str]
) -> list[dict[str, Any]]:
    """Let every peer do the task at one size, in turn, so often."""
    rows = []
    for k in range(repeats):
        for name in PEERS:
            slow = any(r["seconds"] > ONCE_ABOVE for r in rows if r["peer"] == name)
            if name in left_out or slow:
                continue
            try:
                answer = measured(
                    "benchmarks.peers:play", 3 * budget + 60, name=name, folder=folder,
                    seed=k + 1, steps=STEPS,
                )  # fmt: skip
            except CellError as error:
                left_out[name] = f"{n:,}: {error}"
                notify(f"contagion: {n:,}, {name}: {error}")
                continue
            if "absent" in answer:
                left_out[name] = f"absent: {answer['absent']}"
                notify(f"contagion: {name} is absent: {answer['absent']}")
                continue
            ns = answer["seconds"] / n / STEPS * 1e9
            notify(f"contagion: {n:,}, run {k + 1} of {repeats}, {name}: {ns:,.0f} ns")
            rows.append({"n": n, "peer": name, "title": answer["title"], "rule": answer["rule"],
                         "ns": ns, "setup_s": answer["setup"], "seconds": answer["seconds"],
                         "peak_gb": answer["peak_bytes"] / 1e9,
                         "active_at_end": answer["active"][-1] / n})  # fmt: skip
    for name in PEERS:
        took = [row["setup_s"] + row["seconds"] for row in rows if row["peer"] == name]
        ours = name.startswith("samizdat")  # what the others are held against
        if took and name not in left_out and not ours and 10 * max(took) > budget:
            left_out[name] = f"beyond {n:,}: {max(took):.1f} s there, {budget:.0f} s are allowed"
    return rows


def _table(runs: pd.DataFrame) -> pd.DataFrame:
    """One row a size and peer: medians, least and most, the ratio to samizdat in the same run."""
    rows = []
    for n, at in runs.groupby("n"):
        best = at.loc[at["peer"] == REFERENCE, "ns"].median()
        for name in PEERS:
            mine = at[at["peer"] == name]
            if mine.empty:
                continue
            ns = Timing.of(mine["ns"].tolist())
            rows.append({"n": n, "peer": name, "title": mine["title"].iloc[0],
                         "rule": mine["rule"].iloc[0], "runs": ns.repeats, "ns": ns.median,
                         "ns_least": ns.least, "ns_most": ns.most,
                         "over_samizdat": ns.median / best,
                         "setup_s": mine["setup_s"].median(), "peak_gb": mine["peak_gb"].max(),
                         "active_at_end": mine["active_at_end"].median()})  # fmt: skip
    return pd.DataFrame(rows)


def _show(table: pd.DataFrame, left_out: dict[str, str], apart: float) -> None:
    print(f"contagion: nanoseconds per citizen and step, {STEPS} steps (times samizdat, 2 threads)")
    for title, of_peer in table.groupby("title", sort=False):
        cells = [
            f"{int(r.n):>10,}: {r.ns:9,.0f} ({r.over_samizdat:,.1f})" for r in of_peer.itertuples()
        ]
        print(f"  {title:42}" + "".join(cells))
    for name, why in left_out.items():
        print(f"  left out: {name}: {why}")
    print(f"  who does exactly the task agrees within {apart:.1f} standard errors at every step")
