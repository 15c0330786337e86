"""results/benchmarks/README.md: the figures wanted and reached, the tables, the pictures."""

from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.pictures import draw
from benchmarks.report import Results
from samizdat.system.files import atomic_write

COUNTRY = 17_000_000
PICTURE_CAPTIONS = {
    "growth.png": "Time of a citizen's day against the number of citizens",
    "voices.png": "Time against the share who speak",
    "memory.png": "Memory and setting up against the number of citizens",
    "contagion.png": "One common task",
}
MESA, NDLIB, EON = "mesa_lists", "ndlib_composite", ("eon_discrete", "eon_fast", "eon_complex")
CYNETDIFF = ("cynetdiff_cascade", "cynetdiff_threshold")
Row = tuple[str, str, str]  # what, wanted, measured


def write_page(results: Results) -> Path:
    """Draw and write what there is; return the page."""
    pictures = draw(results)
    manifest = results.manifest()
    lines = ["# Benchmarks", "", *_preamble(manifest), "", "## What was wanted", ""]
    lines += table_of(["what", "wanted", "measured"], wanted(results))
    for name, heading, columns in _TABLES:
        table = results.read(name)
        if table is None or table.empty:
            continue
        lines += ["", f"## {heading}", "", _noted(manifest[name])]
        lines += ["", *table_of(list(columns.values()), _cells(table, columns))]
        for who, why in manifest[name].get("left_out", {}).items():
            lines.append(f"\nNot in the table: `{who}`, {why}.")
    if pictures:
        lines += ["", "## Pictures", ""]
        lines += [f"![{PICTURE_CAPTIONS[name]}]({name})\n" for name in pictures]
    page = results.folder / "README.md"
    with atomic_write(page) as partial:
        partial.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    results.list_files([page.name, *pictures])
    return page


def table_of(head: list[str], rows: list[Any]) -> list[str]:
    """Return a table in Markdown."""
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows),
    ]


def _preamble(manifest: dict[str, Any]) -> list[str]:
    first = next(iter(manifest.values()), {})
    return [
        "Written by `make bench` (`python -m benchmarks`); method and the table of bytes:"
        " [docs/decisions/13-benchmarks.md](../../docs/decisions/13-benchmarks.md)."
        f" Machine: {first.get('machine_in_words', 'unknown')}."
        " Times are medians; every ratio is of two figures of the same run."
    ]


def _noted(noted: dict[str, Any]) -> str:
    commit = f", commit {noted['commit'][:10]}" if noted["commit"] else ""
    changed = " with changes" if noted["commit_dirty"] else ""
    return f"*{noted['date'][:10]}{commit}{changed}.*"


def _cells(table: pd.DataFrame, columns: dict[str, str]) -> list[list[str]]:
    return [[_cell(row[name]) for name in columns] for _, row in table.iterrows()]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    if float(value) == int(value) and abs(value) < 1e12:
        return f"{int(value):,}"
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2g}"


def wanted(results: Results) -> list[Row]:
    """Return every figure wanted, with what was measured of it."""
    whole = _of_whole(results, "whole", "whole runs, starts")
    sweeps = _of_whole(results, "sweeps", "sweeps")
    revision = _of_whole(results, "revision", "rules of the revision")
    return [*_of_days(results), *whole, *revision, *sweeps, *_of_mesa(results), *_of_peers(results)]


def _of_days(results: Results) -> list[Row]:
    tables = [t for t in (results.read("growth"), results.read("days")) if t is not None]
    if not tables:
        return [("days", "", "not measured")]
    table = pd.concat(tables)
    table = table[table["citizens"] == table["citizens"].max()]
    table = table[table["threads"] == table["threads"].max()].drop_duplicates("day")
    n = int(table["citizens"].iloc[0])
    note = "" if n >= COUNTRY else f" (wanted at {COUNTRY:,})"
    rows: list[Row] = []
    for row in table.itertuples():
        limit = f"{row.wanted_ns:.0f} ns"
        limit += ", 3 x the copy" if row.day in ("quiet", "moving") else ""
        rows.append((f"{row.what}, N = {n:,}{note}, {row.threads} threads", limit,
                     f"{row.ns:.1f} ns, {row.over_copy:.1f} x the copy,"
                     f" {row.over_floor:.1f} x copy and random reads"))  # fmt: skip
    return rows


def _of_whole(results: Results, name: str, what: str) -> list[Row]:
    table = results.read(name)
    if table is None:
        return [(what, "", "not measured")]
    known = table.dropna(subset=["wanted"])
    return [
        (row.what, f"{row.wanted:g} {row.unit}", f"{row.median:.3g} {row.unit}")
        for row in known.itertuples()
    ]


def _of_mesa(results: Results) -> list[Row]:
    table = results.read("mesa")
    if table is None:
        return [("the whole model over the same model in Mesa", "1,000 x", "not measured")]
    best = table["times_faster"].max()
    n = int(table["citizens"].iloc[0])
    return [(f"the whole model over the same in Mesa, N = {n:,}", "1,000 x", f"{best:,.0f} x")]


def _of_peers(results: Results) -> list[Row]:
    table = results.read("contagion")
    rows: list[Row] = []
    for n, peers, name, limit in (
        (100_000, (MESA,), "Mesa, an agent each", 1000),
        (100_000, (NDLIB,), "NDlib", 600),
        (100_000, EON, "EoN (its fastest)", 600),
        (1_000_000, ("starsim_sis",), "starsim", 10),
        (1_000_000, CYNETDIFF, "cynetdiff (its fastest)", 10),
        (1_000_000, ("scipy_sparse",), "scipy sparse", 2.5),
        (10_000_000, ("scipy_sparse",), "scipy sparse", 4),
    ):
        found = "not measured"
        if table is not None:
            mine = table[(table["n"] == n) & table["peer"].isin(peers)]
            if not mine.empty:
                found = f"{mine['over_samizdat'].min():,.1f} x"
        rows.append((f"common task, N = {n:,}, over {name}", f"{limit:g} x", found))
    return rows


_DAY_COLUMNS = {
    "what": "day", "citizens": "citizens", "threads": "threads", "ns": "ns",
    "ns_least": "least", "ns_most": "most", "copy_ns": "copy, ns", "over_copy": "x copy",
    "random_read_2_bytes_ns": "random read, ns", "floor_ns": "copy and reads, ns",
    "over_floor": "x copy and reads",
}  # fmt: skip
_TABLES: list[tuple[str, str, dict[str, str]]] = [
    ("days", "Days, nanoseconds a citizen", _DAY_COLUMNS),
    ("whole", "Whole runs and starts", {
        "what": "what", "median": "median", "unit": "unit", "least": "least", "most": "most",
        "runs": "runs", "wanted": "at most"}),
    ("revision", "With and without the rules of the revision", {
        "what": "what", "median": "median", "unit": "unit", "least": "least", "most": "most",
        "runs": "pairs", "wanted": "at most"}),
    ("sweeps", "Sweeps", {
        "what": "what", "median": "median", "unit": "unit", "least": "least", "most": "most",
        "runs": "runs", "wanted": "wanted"}),
    ("mesa", "The same model in Mesa", {
        "what": "what", "citizens": "citizens", "days": "days", "seconds": "seconds",
        "ns": "ns a citizen and day", "times_faster": "times faster"}),
    ("contagion", "One common task", {
        "n": "citizens", "title": "with", "rule": "rule", "ns": "ns a citizen and step",
        "over_samizdat": "x samizdat, 2 threads", "setup_s": "set up, s", "peak_gb": "GB",
        "active_at_end": "active at the end"}),
    ("growth", "Days by citizens", _DAY_COLUMNS),
    ("memory", "Memory", {
        "citizens": "citizens", "peak_gb": "most held, GB",
        "bytes_a_citizen": "at most, bytes a citizen",
        "kept_bytes_a_citizen": "kept, bytes a citizen", "mean_ties": "ties a citizen",
        "setup_s": "set up, s"}),
    ("voices", "Days by share of voices", {
        "voices": "share who speak", "threads": "threads", "ns": "ns", "ns_least": "least",
        "ns_most": "most", "over_copy": "x copy", "over_floor": "x copy and reads"}),
]  # fmt: skip
