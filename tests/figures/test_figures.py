"""Figures are legible, honest about zero, and leave nothing behind."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

from samizdat import figures

PLACES = ["Old Town", "Riverside"]
OBLASTS = [f"Region {i} of the Republic, with its towns and villages" for i in range(17)]
NO_BANDS = pd.DataFrame(columns=["kind", "name", "region", "start", "end"])


def tables(
    days: int = 60, places: list[str] = PLACES, *, quiet: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(7)
    pulse = 0.0 if quiet else np.exp(-(((np.arange(days) - days * 0.6) / 4) ** 2))
    everyday = 0 if quiet else 1
    parts = []
    for i, place in enumerate(places):
        n = 200_000 // (i + 1)
        counts = {
            "self_censor": rng.poisson(n * (everyday * 1e-4 + 0.02 * pulse), days),
            "share": rng.poisson(n * (everyday * 2e-4 + 0.01 * pulse), days),
            "mobilise": rng.poisson(n * (everyday * 2e-6 + 8e-4 * pulse), days),
            "detained": rng.poisson(n * (everyday * 1e-6 + 2e-5 * pulse), days),
        }
        part = pd.DataFrame({"step": np.arange(days), "region": place, **counts})
        part["silent"] = n - part[list(counts)].sum(axis=1)
        part["posts"] = part["share"]
        part["online"], part["circumventing"] = n // 2, 5 * everyday
        part["cut_off"] = np.asarray(n * 0.4 * pulse).astype(int)
        parts.append(part)
    regions = pd.concat(parts, ignore_index=True)
    regions["date"] = pd.Timestamp("2005-01-01") + pd.to_timedelta(regions["step"], unit="D")
    nation = regions.drop(columns="region").groupby(["step", "date"], as_index=False).sum()
    for column, value in {"grievance": 0.3, "trust": 0.6, "fear": 0.1}.items():
        nation[column] = np.clip(value + 0.2 * pulse, 0, 1)
    return nation, regions


def bands(entries: int, days: int = 60) -> pd.DataFrame:
    kinds = [*figures.lanes_in_order(), "curfew_at_night"]
    start = [
        pd.Timestamp("2005-01-01") + pd.Timedelta(days=i * days // entries) for i in range(entries)
    ]
    length = [pd.Timedelta(days=0 if i % 3 else days // 4) for i in range(entries)]
    return pd.DataFrame(
        {
            "kind": [kinds[i % len(kinds)] for i in range(entries)],
            "name": [
                f"{i}: order $5 of the prosecutor" + " without a court" * (i % 7)
                for i in range(entries)
            ],
            "region": [["nation", "Old Town", None][i % 3] for i in range(entries)],
            "start": start,
            "end": [
                pd.NaT if i % 5 == 4 else a + b
                for i, (a, b) in enumerate(zip(start, length, strict=True))
            ],
        }
    )


def drawn(name: str, nation: pd.DataFrame, regions: pd.DataFrame, ax: Axes | None = None) -> Axes:
    if name == "actions":
        return figures.actions(bands(9), nation, ax=ax)
    table = regions if name == "turnout_map" else nation
    axes: Axes = getattr(figures, name)(table, ax=ax)
    return axes


def row_texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def assert_texts_are_apart(axes: Axes) -> None:
    """No two texts of the panel overlap, its own tick labels included, and none leaves it."""
    canvas = FigureCanvasAgg(axes.figure.canvas.figure)
    canvas.draw()
    assert_drawn_texts_are_apart(axes, canvas.get_renderer())


def assert_drawn_texts_are_apart(axes: Axes, renderer: RendererAgg) -> None:
    frame = axes.get_window_extent(renderer)
    inside = [text.get_window_extent(renderer) for text in axes.texts if text.get_text()]
    for box in inside:
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1
    labels = [label for axis in (axes.xaxis, axes.yaxis) for label in axis.get_ticklabels()]
    ticks = [label.get_window_extent(renderer) for label in labels if label.get_visible()]
    for one, other in combinations([*inside, *[box for box in ticks if box.width > 0]], 2):
        assert not one.overlaps(other)


NAMES = ["online", "postures", "beliefs", "turnout_map", "actions"]
PANELS = pytest.mark.parametrize("name", NAMES)


@PANELS
def test_panel_is_drawn_on_the_axes_given(name: str) -> None:
    ax = Figure().subplots()
    assert drawn(name, *tables(), ax=ax) is ax
    assert ax.has_data()


@PANELS
def test_panel_without_axes_brings_its_own_page(name: str) -> None:
    axes = drawn(name, *tables())
    assert isinstance(axes, Axes)
    assert isinstance(axes.figure, Figure)


@PANELS
def test_panel_can_stand_in_a_subfigure(name: str) -> None:
    page = Figure(figsize=(8, 8), layout="constrained")
    ax = page.subfigures(2, 1)[1].subplots()
    drawn(name, *tables(), ax=ax)
    page.draw_without_rendering()


def test_axes_name_what_they_show_and_its_unit() -> None:
    nation, regions = tables()
    labels = {name: drawn(name, nation, regions).get_ylabel() for name in ("postures", "beliefs")}
    assert "per 100,000" in labels["postures"]
    assert "%" in figures.online(nation).get_ylabel()
    assert "0 to 1" in labels["beliefs"]
    panel = figures.turnout_map(regions)
    assert panel.get_ylabel() == "Region"
    bar = next(ax for ax in panel.figure.axes if ax is not panel)
    assert "per 100,000" in bar.get_xlabel()
    assert figures.actions(bands(3), nation).get_xlabel() == "Date"


def names_of(axes: Axes) -> list[str]:
    key = axes.get_legend()
    assert key is not None
    return [text.get_text() for text in key.get_texts()]


def test_share_online_is_percent_of_all_citizens() -> None:
    axes = figures.online(tables(days=5)[0])
    lines = [np.asarray(line.get_ydata(), dtype=float) for line in axes.lines]
    assert any(np.allclose(y, 50) for y in lines)
    low, high = axes.get_ylim()
    assert low <= 0
    assert high >= 100


def test_key_gives_what_is_too_rare_to_be_seen_and_leaves_out_what_never_is() -> None:
    nation = tables(days=5)[0].assign(cut_off=0)  # ten of 300,000 circumvent
    assert names_of(figures.online(nation)) == ["online", "circumventing (at most 0.0033 %)"]


def test_postures_are_named_in_the_words_of_the_field() -> None:
    names = set(names_of(figures.postures(tables()[0])))
    assert {"self-censoring", "sharing", "mobilised", "detained"} <= names


def test_shares_are_per_100_000_citizens() -> None:
    nation, _ = tables(days=5)
    lines = [np.asarray(line.get_ydata(), dtype=float) for line in figures.postures(nation).lines]
    expected = nation["mobilise"].to_numpy() / 3  # of 300,000
    assert any(len(y) == 5 and np.allclose(y, expected) for y in lines)


def test_zero_is_on_the_scale_of_postures_and_labelled() -> None:
    axes = figures.postures(tables(quiet=True)[0])
    axes.figure.canvas.figure.draw_without_rendering()
    low, high = axes.get_ylim()
    assert low < 0 < high
    assert "0" in [label.get_text() for label in axes.get_yticklabels()]


def test_one_citizen_is_seen_apart_from_nobody() -> None:
    """Of 17 million: a hundredth of the panel's height at least."""
    nation, _ = tables(quiet=True)
    nation["silent"] = 17_000_000
    axes = figures.postures(nation)
    _, height = axes.transAxes.inverted().transform(axes.transData.transform((0, 1e5 / 17e6)))
    _, zero = axes.transAxes.inverted().transform(axes.transData.transform((0, 0)))
    assert height - zero > 0.01


def test_protest_of_one_day_survives_twelve_years_on_the_map() -> None:
    _, regions = tables(days=4383, quiet=True)
    regions.loc[2001, ["silent", "mobilise"]] = [199_900, 100]
    mesh = figures.turnout_map(regions).collections[0]
    shown = np.ma.compressed(np.ma.masked_invalid(mesh.get_array()))
    assert shown.tolist() == [50.0]


def test_rows_of_the_map_keep_the_order_of_the_table() -> None:
    _, regions = tables(places=["Z", "A", "M"])
    axes = figures.turnout_map(regions)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Z", "A", "M"]
    assert axes.yaxis_inverted()


@pytest.mark.parametrize(("entries", "days"), [(40, 1), (3, 60), (1, 4383), (60, 4383)])
def test_texts_of_actions_do_not_overlap(entries: int, days: int) -> None:
    nation, _ = tables(days)
    assert_texts_are_apart(figures.actions(bands(entries, days), nation))


def test_more_names_than_a_page_holds_are_counted() -> None:
    nation, _ = tables()
    axes = figures.actions(bands(300), nation)
    assert any("dated entries" in text for text in row_texts(axes))
    assert_texts_are_apart(axes)


def test_a_name_is_printed_once_for_all_its_dates() -> None:
    nation, _ = tables()
    many = pd.concat([bands(1)] * 5).assign(start=nation["date"][::12].to_list())
    assert row_texts(figures.actions(many, nation)) == ["0: order $5 of the prosecutor"]


def test_a_region_is_named_beside_the_action() -> None:
    local = bands(1).assign(region="Old Town")
    (text,) = row_texts(figures.actions(local, tables()[0]))
    assert text.endswith("– Old Town")


def test_one_name_on_the_same_dates_names_its_few_regions_in_one_row() -> None:
    places = ["Old Town", "Riverside", "Hill, Dale", "Lake"]
    waves = pd.concat([bands(1).assign(region=place) for place in places])
    *three, two = row_texts(figures.actions(waves, tables()[0]))
    assert two.endswith("– Hill, Dale")
    assert three == [f"{bands(1)['name'][0]} – Old Town, Riverside, Lake"]


def test_every_event_of_a_long_history_is_named_in_full() -> None:
    nation, _ = tables(4383)
    many = bands(78, 4383)
    many["name"] = [f"event {i}" for i in many.index]
    named = many[many["kind"] != "arrival"]
    texts = figures.actions(many, nation).texts
    assert sorted(text.get_text().split(" – ")[0] for text in texts) == sorted(named["name"])
    assert min(text.get_fontsize() for text in texts) >= 7


@pytest.mark.parametrize(
    ("days", "first", "second"),
    [
        (3, "1 Jan\n2005", "2 Jan"),
        (20, "1 Jan\n2005", "3 Jan"),
        (60, "1 Jan\n2005", "8 Jan"),
        (182, "1 Jan\n2005", "15 Jan"),
        (365, "Jan\n2005", "Feb"),
        (4383, "2005", "2006"),
    ],
)
def test_dates_are_named_as_finely_as_there_is_room(days: int, first: str, second: str) -> None:
    axes = figures.beliefs(tables(days)[0])
    assert_texts_are_apart(axes)
    assert [label.get_text() for label in axes.get_xticklabels()][:2] == [first, second]


@pytest.mark.parametrize(
    "none", [NO_BANDS, pd.DataFrame(), bands(1).assign(start=pd.Timestamp("2031-01-01"))]
)
def test_without_dated_events_the_panel_says_so(none: pd.DataFrame) -> None:
    assert row_texts(figures.actions(none, tables()[0])) == ["no dated events"]


def test_empty_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rows"):
        figures.postures(tables()[0].iloc[:0])


def test_nothing_leaks_into_pyplot() -> None:
    from matplotlib import pyplot

    open_before, before = pyplot.get_fignums(), dict(mpl.rcParams)
    for name in NAMES:
        drawn(name, *tables())
    figures.overview(*tables(5), bands(5), "", "")
    figures.regimes_side_by_side({"open": tables(5)[0]}, title="", caption="")
    assert pyplot.get_fignums() == open_before
    assert dict(mpl.rcParams) == before
