"""Grievances that arrive, the threat and its laws are drawn where a run has them."""

import numpy as np
import pandas as pd
from test_figures import NO_BANDS, PLACES, tables
from test_figures_rallies import with_rallies

from samizdat import figures
from samizdat.figures import pages
from samizdat.figures.rallies import ARRIVED, LANES, lanes_of
from samizdat.figures.threat import has_threat

LAW = pd.DataFrame(
    {
        "id": ["", ""],
        "kind": ["law", "arrival"],
        "name": ["Monitoring law", "Grievance"],
        "region": ["nation", PLACES[0]],
        "start": pd.to_datetime(["2005-01-21", "2005-01-06"]),
        "end": pd.to_datetime(["2005-03-01", "2005-01-10"]),
    }
)


def with_arrivals() -> tuple[pd.DataFrame, pd.DataFrame]:
    """One arrives in the first place on day 5, and in both on day 30."""
    nation, regions = with_rallies()
    counts = np.zeros((len(PLACES), len(nation)), int)
    counts[0, 5] = 1
    counts[:2, 30] = 1
    return (
        nation.assign(arrivals=counts.sum(axis=0)),
        regions.assign(arrivals=counts.reshape(-1)),
    )


def test_grievances_that_arrived_have_a_lane_with_their_total() -> None:
    nation, _ = with_arrivals()
    assert lanes_of(nation) == (ARRIVED, *LANES)
    named = [label.get_text() for label in figures.rallies(nation).get_yticklabels()]
    assert named == ["3 grievances", "4 called", "3 held", "1 prevented"]
    alone = nation.drop(columns=[lane.column for lane in LANES])
    assert lanes_of(alone) == (ARRIVED,)
    assert len(figures.rallies(alone).get_yticklabels()) == 1


def test_without_any_there_is_no_lane() -> None:
    nation, _ = with_rallies()
    assert lanes_of(nation.assign(arrivals=0)) == LANES


def test_the_map_marks_where_they_arrived() -> None:
    _, regions = with_arrivals()
    axes = figures.turnout_map(regions)
    (marks,) = (line for line in axes.lines if line.get_label() == "grievance arrived")
    start = pd.Timestamp("2005-01-01").timestamp() / 86400
    rows = np.floor(np.asarray(marks.get_ydata(), float) + 0.5).astype(int).tolist()
    found = zip((np.asarray(marks.get_xdata(), float) - start).tolist(), rows, strict=True)
    assert sorted(found) == [(5, 0), (30, 0), (30, 1)]


def test_all_that_arrived_share_a_row_of_the_chart_of_actions() -> None:
    nation, _ = with_arrivals()
    many = pd.concat([LAW, LAW.iloc[1:].assign(region=PLACES[1])])
    rows = figures.chronicle.rows_of(many, figures.frame.days_of(nation["date"]))
    assert [(row.kind, row.text, len(row.spans)) for row in rows] == [
        ("arrival", "", 2),
        ("law", "Monitoring law", 1),
    ]
    assert figures.lane_of("law")[0] == "laws by threat"


def test_the_threat_is_a_line_with_its_laws() -> None:
    nation, _ = tables(60, PLACES)
    threat = np.linspace(0, 0.6, len(nation))
    axes = figures.threat(nation.assign(threat=threat), LAW)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), threat)
    assert [text.get_text() for text in axes.texts] == ["Monitoring law"]
    assert axes.get_ylabel() == "Threat felt\n(0 to 1)"


def test_a_threat_that_has_brought_no_law_is_a_line_alone() -> None:
    nation, regions = tables(60, PLACES)
    alarmed = nation.assign(threat=0.2)
    for bands in (NO_BANDS, LAW[LAW["kind"] != "law"]):
        axes = figures.threat(alarmed, bands)
        assert len(axes.lines) == 1
        assert not axes.texts
        pages.overview(alarmed, regions, bands, "", "")


def test_a_page_has_it_only_where_the_state_feels_a_threat() -> None:
    nation, regions = tables(60, PLACES)
    assert not has_threat(nation)
    assert not has_threat(nation.assign(threat=0.0))
    calm = pages.overview(nation, regions, NO_BANDS, "", "")
    alarmed = pages.overview(nation.assign(threat=0.2), regions, LAW, "", "")
    assert len(alarmed.axes) == len(calm.axes) + 1
