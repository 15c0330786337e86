"""The queries of the documentation find in a sweep what its report says."""

import re
from pathlib import Path

import duckdb
import numpy as np
import pytest

from samizdat.batch.results import read_results
from samizdat.report.tables import finished_runs, table_of_points
from small_sweeps import TOWN, sweep

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    table = TOWN | {"until": "2014-03-12"}
    return sweep(tmp_path_factory.mktemp("town") / "s", table, leave_out=[0])


@pytest.fixture(scope="module")
def answers(folder):
    """The answer to each query of the page, in order."""
    pages = [file.read_text(encoding="utf-8") for file in sorted(DOCS.glob("sweeps*.md"))]
    section = "".join(pages).partition("## Querying with DuckDB")[2].partition("\n## ")[0]
    queries = "".join(re.findall(r"```sql\n(.*?)```", section, re.S)).split(";")
    session = duckdb.connect()
    queries = [q.replace("results/NAME", str(folder)) for q in queries if q.strip()]
    return [session.execute(query).fetchall() for query in queries]


def test_every_query_has_an_answer(answers):
    assert len(answers) == 6
    assert all(rows for k, rows in enumerate(answers) if k != 1)  # the second makes a view


def test_means_and_deviations_by_point_are_those_of_the_report(folder, answers):
    table = table_of_points(finished_runs(read_results(folder)))
    mine = table[table["measure"] == "peak_share"][["n", "mean", "sd"]].to_numpy()
    np.testing.assert_allclose([row[3:] for row in answers[2]], mine)


def test_the_runs_that_are_done_are_counted(answers):
    assert answers[3] == [(11, 12)]
