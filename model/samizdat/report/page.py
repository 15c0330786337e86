"""One self-contained HTML page with the whole report: it needs no network.

Text from a file or a run is never markup (`markup.text`), and the policy of the page forbids
scripts and requests.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from samizdat.batch.factors import DUMMY
from samizdat.batch.results import Results
from samizdat.report import markup, repeat, signs
from samizdat.report.contrasted import Contrasted
from samizdat.report.figures import ReportFigure, citizens_of, seeds_of
from samizdat.report.labels import counted, level, number
from samizdat.report.sensitivity import Sensitivity
from samizdat.report.style import STYLE
from samizdat.report.tables import FinishedRuns
from samizdat.report.wide import interval, wide
from samizdat.system.manifests import COMPLETE

ROWS = 200  # most rows of a table on the page; the CSV file has all
ERRORS = 10


class Findings(NamedTuple):
    """The content of a report.

    Attributes
    ----------
    page
        Path of its page.
    results
        The sweep, as read.
    finished
        Its finished runs.
    table, cascades, differences
        Its tables of points, of cascades and of paired differences; None if there is none.
    sensitivity
        Its sensitivity analysis, if the design has one.
    figures
        The figures that the experiment declares.
    of_factors
        The figures of the sensitivity indices.
    contrasts
        The contrasts that the experiment declares.
    """

    page: Path
    results: Results
    finished: FinishedRuns
    table: pd.DataFrame
    cascades: pd.DataFrame | None
    differences: pd.DataFrame | None
    sensitivity: Sensitivity | None
    figures: list[ReportFigure]
    of_factors: list[ReportFigure]
    contrasts: list[Contrasted]


def page(found: Findings) -> str:
    """Return the page."""
    results = found.results
    name, question = results.experiment.name, results.experiment.question
    body = [
        f"<header><p class='name'>{markup.text(name)}</p><h1>{markup.text(question)}</h1></header>",
        _state(results),
        _facts(found),
        markup.section("Figures", [_figure(figure) for figure in found.figures]),
        markup.section("Signs", signs.parts(found.contrasts)),
        markup.section("Points", _points(found)),
        markup.section("Cascades", _cascades(found)),
        markup.section("Paired differences", _differences(found)),
        markup.section("Sensitivity", _sensitivity(found)),
        markup.section("Runs that failed", _failed(results)),
        markup.section("Damaged parts", _damaged(results)),
        markup.section("How to repeat it", _repeat(results)),
    ]
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        "<meta http-equiv='Content-Security-Policy' "
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
        f"<title>{markup.text(f'{name}: {question}')}</title>\n<style>{STYLE}</style>\n</head>\n"
        "<body>\n<main>\n" + "\n".join(part for part in body if part) + "\n</main>\n</body>\n"
        "</html>\n"
    )


def _state(results: Results) -> str:
    """Warn of what is missing."""
    done, status = len(results.table), results.manifest.get("status", "unknown")
    missing = results.planned - done
    if not missing and status == COMPLETE and not results.damaged:
        return ""
    text = f"Status: {status}."
    if missing:
        text = f"Not complete ({status}): {done:,} of {results.planned:,} runs are included."
    if len(results.failed):
        text += f" {len(results.failed):,} failed."
    return markup.paragraph(text, "warning")


def _facts(found: Findings) -> str:
    results, experiment = found.results, found.results.experiment
    cascade = experiment.cascade
    session = (results.manifest.get("sessions") or [{}])[-1]
    runs = found.finished.runs
    sizes = runs.groupby("point").size()
    facts: list[tuple[str, object]] = [
        ("Scenario", experiment.scenario or "a function"),
        ("Regime", experiment.regime),
        ("Citizens", citizens_of(results, found.finished)),
        ("Until", experiment.until),
        ("Set at all points", _pairs(experiment.fixed)),
        ("Design", _design(found)),
        ("Runs", f"{len(results.table):,} of {results.planned:,}"),
        ("Replicates", counted(int(sizes.min()), int(sizes.max())) if len(sizes) else None),
        ("Seeds", seeds_of(results, found.finished).words),
        ("A cascade", cascade and f"{cascade.of} at least {cascade.at_least:g}"),
        ("Commit", _commit(session)),
        ("Versions", _pairs(session.get("versions") or {})),
        ("Machine", _machine(session.get("machine"))),
        ("Written", session.get("ended") or session.get("started")),
        ("Quick", "yes: the small form, only a test that it runs" if experiment.quick else None),
    ]
    rows = [
        f"<div><dt>{markup.text(name)}</dt><dd>{markup.text(value)}</dd></div>"
        for name, value in facts if value not in (None, "")
    ]  # fmt: skip
    return "<dl>\n" + "\n".join(rows) + "\n</dl>"


def _design(found: Findings) -> str:
    design, finished = found.results.experiment.design, found.finished
    parts = []
    for factor in finished.factors:
        levels = finished.levels(factor)
        if len(levels) <= 12:
            parts.append(f"{factor}: {', '.join(map(level, levels))}")
        elif pd.api.types.is_numeric_dtype(finished.points[factor]):
            low, high = finished.points[factor].min(), finished.points[factor].max()
            parts.append(f"{factor}: {number(low)} to {number(high)}")
        else:
            parts.append(f"{factor}: {len(levels):,} levels")
    dummy = "and a dummy that changes the random numbers alone"
    dummy = f", {dummy}" if DUMMY in finished.points else ""
    kind = design.kind.replace("_", " ")
    return f"{kind}, {len(finished.points):,} points; {'; '.join(parts)}{dummy}"


def _commit(session: Mapping[str, object]) -> str | None:
    commit = session.get("commit")
    if not commit:
        return None
    return f"{commit}{' with uncommitted changes' if session.get('commit_dirty') else ''}"


def _machine(machine: object) -> str | None:
    if isinstance(machine, dict):
        return _pairs(machine)
    return None if machine is None else str(machine)


def _pairs(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _figure(figure: ReportFigure) -> str:
    data = base64.b64encode(figure.png).decode("ascii")
    return (
        f"<figure><h3>{markup.text(figure.title)}</h3>"
        f"<img src='data:image/png;base64,{data}' alt='{markup.text(figure.title)}'>"
        f"<figcaption>{markup.text(figure.caption)}</figcaption></figure>"
    )


def _rest(rows: int, file: str) -> list[str]:
    return [markup.paragraph(f"{file} has {rows:,} more rows.", "note")] if rows > 0 else []


def _points(found: Findings) -> list[str]:
    table = wide(found.finished, found.table, ROWS)
    note = (
        "Mean and 95 % interval over n replicates: Student's t, or Wilson (1927) for yes and no. "
        "table.csv has them with standard deviations."
    )
    shown = markup.folded(
        markup.table(table.heads, table.rows, len(found.finished.columns)), len(table.rows)
    )
    return [markup.paragraph(note, "note"), shown, *_rest(table.left_out, "table.csv")]


def _cascades(found: Findings) -> list[str]:
    cascade = found.results.experiment.cascade
    if cascade is None or found.cascades is None:
        return []
    table = found.cascades.head(ROWS)
    note = (
        f"How often {cascade.of} reached {cascade.at_least:g}, with Wilson's 95 % interval, and "
        "its mean where it did, with Student's."
    )
    rows = []
    for k, point in enumerate(table[found.finished.columns].itertuples(index=False)):
        row = table.iloc[k]
        rows.append([
            *map(level, point), f"{row['n']:,}", f"{row['cascades']:,}",
            interval(row["probability"], row["low"], row["high"]),
            interval(row["size_mean"], row["size_low"], row["size_high"]),
        ])  # fmt: skip
    heads = [*found.finished.columns, "n", "cascades", "probability", "size"]
    shown = markup.table(heads, rows, len(found.finished.columns))
    rest = _rest(len(found.cascades) - len(table), "cascades.csv")
    return [markup.paragraph(note, "note"), markup.folded(shown, len(table)), *rest]


def _differences(found: Findings) -> list[str]:
    if found.differences is None:
        return []
    table = found.differences.head(ROWS)
    note = (
        "Each level compared with the first of its factor, all other factors equal, replicate by "
        "replicate. Both runs of a pair have the same seed (common random numbers), so what they "
        "share cancels. Mean of the differences of the pairs, with Student's 95 % interval."
    )
    rows = []
    for _, row in table.iterrows():
        factor = row["factor"]
        others = [f"{n} = {level(row[n])}" for n in found.finished.factors if n != factor]
        rows.append([
            f"{factor}: {level(row['level'])} against {level(row['first_level'])}",
            ", ".join(others), row["measure"], f"{row['n']:,}",
            interval(row["mean"], row["low"], row["high"]),
        ])  # fmt: skip
    shown = markup.table(["level", "where", "measure", "n", "difference"], rows, 3)
    rest = _rest(len(found.differences) - len(table), "differences.csv")
    return [markup.paragraph(note, "note"), markup.folded(shown, len(table)), *rest]


def _sensitivity(found: Findings) -> list[str]:
    if found.sensitivity is None:
        return []
    parts = [_figure(figure) for figure in found.of_factors]
    table = found.sensitivity.table
    if table is not None:
        numbers = [name for name in table.columns if table[name].dtype == float]
        rows = []
        for _, row in table.iterrows():
            above = {True: "yes", False: "no"}.get(row["above_dummy"], "")
            rows.append([row["measure"], row["factor"], *(number(row[n]) for n in numbers), above])
        parts.append(markup.table(["measure", "factor", *numbers, "above chance"], rows, 2))
    return [*parts, *(markup.paragraph(note, "warning") for note in found.sensitivity.notes)]


def _failed(results: Results) -> list[str]:
    if results.failed.empty:
        return []
    rows = []
    for _, run in results.failed.head(ERRORS).iterrows():
        where = ", ".join(f"{n} = {level(run[n])}" for n in results.factors if n != DUMMY)
        rows.append([where, str(run["seed"]), run["error"], repeat.of_a_run(results, run) or ""])
    shown = markup.table(["point", "seed", "error", "to repeat it"], rows, 4)
    text = f"{len(results.failed):,} runs failed; no mean includes them."
    rest = len(results.failed) - len(rows)
    more = (
        [markup.paragraph(f"{rest:,} more are in the parts of the sweep.", "note")] if rest else []
    )
    return [markup.paragraph(text, "warning"), shown, *more]


def _damaged(results: Results) -> list[str]:
    if not results.damaged:
        return []
    text = (
        "These files have changed since they were written and are skipped; "
        "sweeping again repeats their runs:"
    )
    items = "".join(f"<li><code>{markup.text(name)}</code></li>" for name in results.damaged)
    return [markup.paragraph(text, "warning"), f"<ul>{items}</ul>"]


def _repeat(results: Results) -> list[str]:
    command = repeat.of_the_sweep(results)
    parts = [f"<pre>{markup.text(command)}</pre>"] if command else []
    if len(results.table):
        one = repeat.of_a_run(results, results.table.iloc[0])
        if one:
            parts += [
                markup.paragraph("To repeat one run, the first:"),
                f"<pre>{markup.text(one)}</pre>",
            ]
    return parts
