"""The page of a report: whole, safe, and honest about what is missing."""

import html.parser
import re

import pytest

from command import call
from samizdat.batch import parts
from samizdat.batch.experiment import ExperimentError
from samizdat.report import write_report
from small_sweeps import GRID, TOWN, failing, sweep, tipping

EVIL = "<script>alert('x')</script>"


class _Tags(html.parser.HTMLParser):
    """All tags of a page, and the addresses that it asks for."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.addresses = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(page):
    found = _Tags()
    found.feed(page)
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return write_report(sweep(tmp_path_factory.mktemp("page") / "s", GRID, tipping)).read_text()


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    """The page of a sweep that has markup wherever words can stand, and failed runs."""
    design = {"points": [{"x": 0.0, EVIL: EVIL}, {"x": 1.0, EVIL: "<b>"}], "kind": "list"}
    figures = [{"kind": "points", "x": EVIL, "y": "a", "hue": EVIL, "title": EVIL}]
    table = GRID | {"question": EVIL, "design": design, "replicates": 2, "figures": figures}
    folder = sweep(tmp_path_factory.mktemp("evil") / "s", table, failing, name=EVIL[:8])
    return write_report(folder).read_text()


def test_the_page_asks_the_network_for_nothing(page):
    addresses = read(page).addresses
    assert addresses
    assert all(address.startswith("data:image/png;base64,") for address in addresses)
    assert not re.search(r"https?:|@import|url\(", page)


def test_every_tag_is_closed(page):
    assert read(page).open == []


def test_no_word_of_a_file_or_an_error_is_markup(evil):
    assert not read(evil).tags & {"script", "b"}
    assert "<script" not in evil
    assert evil.count("&lt;script&gt;") > 5


def test_failed_runs_are_counted_and_shown(evil):
    assert "2 runs failed; no mean includes them." in evil
    assert "RuntimeError: &lt;script&gt;" in evil
    assert "Not complete (complete): 2 of 4 runs are included. 2 failed." in evil


def test_the_page_holds_the_question_the_design_and_the_command(page):
    for words in (
        "Does a grow with x?", "grid, 6 points", "mood: calm, angry", "1 to 5",
        "samizdat sweep small.toml", "numpy", "Commit",
    ):  # fmt: skip
        assert words in page


def test_the_page_is_made_for_narrow_and_dark_screens(page):
    assert "width=device-width" in page
    assert "prefers-color-scheme: dark" in page


def test_a_whole_sweep_has_no_warning(page):
    assert "class='warning'" not in page


def test_damaged_parts_are_named(tmp_path):
    folder = sweep(tmp_path / "s", GRID, tipping)
    (part,) = parts.parts_in(folder / parts.RUNS)
    part.path.write_bytes(part.path.read_bytes()[:-1] + b"?")
    with pytest.raises(ExperimentError, match=f"{part.path.name}: has changed since .*sweeping"):
        write_report(folder)
    page = write_report(folder, skip_damaged=True).read_text()
    assert f"runs/{part.path.name}" in page
    assert "0 of 30 runs are included" in page


def test_a_sweep_without_a_run_has_a_page(tmp_path):
    folder = sweep(tmp_path / "s", GRID, tipping, leave_out=range(30))
    assert "Not complete (interrupted): 0 of 30 runs" in write_report(folder).read_text()


def test_a_run_can_be_repeated_by_the_command_that_the_page_gives(tmp_path):
    until = TOWN | {"until": "2014-03-05", "replicates": 1}
    page = write_report(sweep(tmp_path / "s", until)).read_text()
    assert (
        "samizdat run town --seed 1 --regime open --until 2014-03-05 "
        "--set citizens=300 --set attention.beta=0.1"
    ) in page


def test_a_report_is_written_where_it_is_told(tmp_path):
    folder = sweep(tmp_path / "s", GRID, tipping)
    assert write_report(folder, tmp_path / "out") == tmp_path / "out" / "report.html"
    assert not (folder / "report").exists()


def test_the_command_prints_the_table(tmp_path, capsys):
    folder = sweep(tmp_path / "s", GRID, tipping)
    assert call("report", folder) == 0
    printed = capsys.readouterr().out
    for words in ("Does a grow with x?", "30 of 30 runs", "angry", "Written to"):
        assert words in printed


def test_quiet_prints_nothing(tmp_path, capsys):
    assert call("report", sweep(tmp_path / "s", GRID, tipping), "--quiet") == 0
    assert capsys.readouterr().out == ""


def test_a_folder_without_a_sweep_is_refused_in_one_line(tmp_path, capsys):
    assert call("report", tmp_path) == 2
    printed = capsys.readouterr().err
    assert "holds no sweep" in printed
    assert printed.count("\n") == 1
