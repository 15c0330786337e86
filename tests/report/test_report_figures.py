"""The figures that an experiment declares, drawn from the rows of its sweep."""

import io

import matplotlib.image
import pytest

from samizdat.batch.experiment import ExperimentError
from samizdat.batch.results import read_results
from samizdat.report import figures, write_report
from samizdat.report.charts import CHARTS, DASHES, MARKERS
from samizdat.report.figures import draw_figures
from samizdat.report.tables import finished_runs
from small_sweeps import GRID, TOWN, failing, sweep, tipping

KINDS = {
    "line": {"kind": "line", "x": "x", "y": "a", "hue": "mood"},
    "line of a cascade": {"kind": "line", "x": "x", "y": "cascade", "hue": "mood"},
    "points": {"kind": "points", "x": "mood", "y": "cascade_size", "hue": "x"},
    "heatmap": {"kind": "heatmap", "x": "x", "y": "a", "hue": "mood"},
    "scatter": {"kind": "scatter", "x": "a", "y": "b", "hue": "mood", "facet": "x"},
    "distribution": {"kind": "distribution", "y": "a", "hue": "mood"},
    "boxes": {"kind": "distribution", "x": "x", "y": "a", "hue": "mood", "log": True},
}


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    return sweep(tmp_path_factory.mktemp("grid") / "s", GRID, tipping)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    figures = [{"kind": "series", "y": "mobilise", "hue": "regime", "facet": "attention.beta"}]
    table = TOWN | {"figures": figures, "until": "2014-03-12"}
    return sweep(tmp_path_factory.mktemp("town") / "s", table, leave_out=[0])


def draw(folder, tmp_path, *figures):
    results = read_results(folder)
    asked = results.experiment.to_table() | {"figures": list(figures)}
    experiment = type(results.experiment).from_table(asked, "small")
    results = results._replace(experiment=experiment)
    return draw_figures(results, finished_runs(results), tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_drawn(grid, tmp_path, kind):
    (picture,) = draw(grid, tmp_path, KINDS[kind])
    assert picture.path.stat().st_size > 10_000


def test_a_figure_on_disk_has_the_words_that_the_page_writes_itself(grid, tmp_path):
    (picture,) = draw(grid, tmp_path, KINDS["line"])
    bare = matplotlib.image.imread(io.BytesIO(picture.png))
    assert (matplotlib.image.imread(picture.path).shape, picture.title) == (
        bare.shape, "a against x",
    )  # fmt: skip
    assert picture.path.read_bytes() != picture.png


def test_a_caption_says_how_many_runs_which_seeds_and_which_interval(grid, tmp_path):
    caption = draw(grid, tmp_path, KINDS["line"])[0].caption
    for words in ("n = 5 runs each", "seeds 1 to 5", "95 % interval (Student's t)", "6 points"):
        assert words in caption


def test_the_interval_of_a_probability_is_wilsons(grid, tmp_path):
    caption = draw(grid, tmp_path, KINDS["line of a cascade"])[0].caption
    assert "Share of runs with its 95 % interval (Wilson)" in caption
    assert "a cascade: a at least 1.5" in caption


def test_a_caption_says_over_which_factors_a_mean_goes(grid, tmp_path):
    caption = draw(grid, tmp_path, {"kind": "line", "x": "x", "y": "a"})[0].caption
    assert "n = 5 replicates each (10 runs), over all values of mood" in caption


def test_a_series_is_drawn_of_a_sweep_that_is_not_complete(town):
    write_report(town)
    (picture,) = (town / "report" / "figures").glob("*.png")
    assert picture.name == "01-series-mobilise.png"


def test_the_caption_of_a_sweep_says_citizens_and_what_is_missing(town, tmp_path):
    figure = {"kind": "points", "x": "regime", "y": "peak_share", "hue": "attention.beta"}
    caption = draw(town, tmp_path, figure)[0].caption
    assert "300 synthetic citizens" in caption
    assert "Not complete: 11 of 12 runs" in caption
    assert "n = 2 to 3 runs each" in caption


def test_without_declared_figures_the_first_measure_is_drawn_against_the_first_factor(grid):
    write_report(grid)
    found = [file.name for file in (grid / "report" / "figures").iterdir()]
    assert found == ["01-line-a.png"]


def test_hues_differ_by_more_than_colour():
    assert len(set(MARKERS)) == 12
    assert len({str(dash) for dash in DASHES}) == len(DASHES)


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"kind": "line", "x": "z", "y": "a"}, ["figures.0.x", "'z'", "mood, x"]),
        ({"kind": "line", "x": "x", "y": "cascad"}, ["figures.0.y", "'cascad'", "'cascade'"]),
        ({"kind": "line", "x": "x", "y": "a", "hue": "mod"}, ["figures.0.hue", "'mood'"]),
        ({"kind": "points", "x": "x", "y": "a", "facet": "mode"}, ["figures.0.facet", "'mood'"]),
        ({"kind": "line", "x": "mood", "y": "a"}, ["figures.0.x", "words", '"points"']),
        (
            {"kind": "heatmap", "x": "x", "y": "mood", "hue": "a"},
            ["figures.0.y = 'mood': is a factor", "colours show", "hue = 'mood'"],
        ),
        ({"kind": "series", "y": "mobilise"}, ["figures.0", "series = 1"]),
    ],
)
def test_what_a_figure_asks_for_in_vain_is_named(grid, tmp_path, figure, words):
    with pytest.raises(ExperimentError) as caught:
        draw(grid, tmp_path, figure)
    assert all(word in str(caught.value) for word in words)
    assert "\n" not in str(caught.value)


def test_a_series_of_what_was_not_kept_is_refused(town, tmp_path):
    with pytest.raises(ExperimentError, match=r"figures.0.y: unknown 'mobilize'.*'mobilise'"):
        draw(town, tmp_path, {"kind": "series", "y": "mobilize"})


@pytest.mark.parametrize("kind", ["line", "scatter", "heatmap"])
def test_years_have_no_comma(kind, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(figures, "save_figure", lambda figure, *_: written.append(figure))
    design = {"factors": {"year": [2008.0, 2010.0, 2012.0], "x": [0.0, 1.0], "mood": ["calm"]}}
    folder = sweep(tmp_path / "s", GRID | {"design": design}, tipping)
    draw(folder, tmp_path, {"kind": kind, "x": "year", "y": "a", "hue": "x"})
    (figure,) = written
    figure.draw_without_rendering()
    named = {text.get_text() for text in figure.axes[0].get_xticklabels()}
    assert {"2008", "2010", "2012"} <= named
    assert not [name for name in named if "," in name]


def test_more_hues_than_can_be_distinguished_are_refused(tmp_path):
    design = {"factors": {"x": {"low": 0, "high": 1, "steps": 13}, "mood": ["calm"]}}
    folder = sweep(tmp_path / "s", GRID | {"design": design, "replicates": 1}, tipping)
    with pytest.raises(ExperimentError, match="13 levels, at most 12 can be distinguished"):
        draw(folder, tmp_path, {"kind": "points", "x": "mood", "y": "a", "hue": "x"})


def test_a_dollar_in_a_name_is_no_mathematics(tmp_path):
    name = "$\\foo{"
    points = [{"x": 0.0, name: "$a"}, {"x": 1.0, name: "$b$"}]
    design = {"kind": "list", "points": points}
    folder = sweep(tmp_path / "s", GRID | {"design": design}, failing)
    figure = {"kind": "points", "x": name, "y": "a", "hue": name, "title": name}
    assert draw(folder, tmp_path, figure)[0].title == name


def test_every_kind_that_can_be_declared_has_a_chart():
    from samizdat.batch.experiment import FIGURES

    assert set(CHARTS) == set(FIGURES)
