"""The contrasts of a report: its tables, and the signs on its page."""

import pandas as pd
import pytest

from samizdat.report import write_report
from small_sweeps import sweep

TABLE = {
    "question": "Does x raise y?", "measures": ["y"], "replicates": 3,
    "design": {
        "factors": {"x": [0, 1], "w": [0, 1], "q": [0, 1, 3], "mood": ["calm", "<b>"]},
        "only_where": {"w": {"x": [1]}},
    },
    "contrasts": [
        {"title": "x <on>", "y": "y", "of": {"x": 1}, "against": {"x": 0}, "by": ["mood"]},
        {"y": "y", "of": {"w": 1}, "against": {"w": 0}},
    ],
}  # fmt: skip


def turning(point, seed):
    """Let x raise y among the calm, and lower it above q = 2 among the others."""
    if point["mood"] == "calm":
        return {"y": point["x"]}
    return {"y": point["x"] * (2 - point["q"]) + seed % 2}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of a report with contrasts; the first point lacks its runs."""
    return write_report(sweep(tmp_path_factory.mktemp("c") / "sweep", TABLE, turning, (0, 18, 36)))


def test_the_table_has_every_cell(page):
    found = pd.read_csv(page.parent / "contrasts.csv")
    assert found["contrast"].value_counts().to_dict() == {"x <on>": 12, "y: w = 1 against w = 0": 6}
    first = found[found["contrast"] == "x <on>"]
    missing = first[first["sign"] == "missing"]
    assert (missing["q"].eq(0) & missing["mood"].eq("calm")).all()
    assert len(missing) == 2
    assert found[found["contrast"] != "x <on>"]["sign"].eq("0").all()


def test_the_table_of_turns_has_the_number(page):
    found = pd.read_csv(page.parent / "turns.csv").query("factor == 'q'").iloc[0]
    assert (found["mood"], found["lowest"], found["lines"]) == ("<b>", 2.0, 2)


def test_the_page_shows_symbols_and_no_markup_of_the_file(page):
    text = page.read_text(encoding="utf-8")
    assert "<td class='plus" in text
    assert "<td class='minus" in text
    assert "<td class='missing" in text
    assert "−</td>" in text
    assert "x &lt;on&gt;" in text
    assert "<on>" not in text
