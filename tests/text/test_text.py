"""Words for people: every key has its words, and numbers are written as people write them."""

import doctest
import re
import sys
from types import ModuleType

import pytest

from samizdat.core.layout import POSTURES
from samizdat.core.parameters import quantities
from samizdat.figures.rallies import LANES
from samizdat.regime.levers import LEVERS
from samizdat.regime.queries import look_of
from samizdat.run.measures import DAILY, OUTCOMES
from samizdat.text import apart, catalogue, english, numbers
from samizdat.text.catalogue import LANGUAGE, languages, name_of, translated, words
from samizdat.text.numbers import number


@pytest.fixture
def kazakh(monkeypatch):
    """A second language with few words, as one more file would hold them."""
    module = ModuleType("samizdat.text.kazakh")
    module.WORDS = {"posture.mobilise": "көшеде", "Network off": "Желі өшірулі"}
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(catalogue, "languages", lambda: ["english", "kazakh"])
    token = LANGUAGE.set("kazakh")
    yield
    LANGUAGE.reset(token)


@pytest.mark.parametrize("module", [apart, catalogue, numbers])
def test_the_examples_are_true(module):
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def test_english_is_a_language():
    assert languages() == ["english"]


def test_there_are_words_for_every_posture_measure_and_group():
    for posture in POSTURES:
        for form in ("", ".plural", ".term"):
            assert words(f"posture.{posture}{form}")
    for measure in (*DAILY, *OUTCOMES):
        assert words(f"measure.{measure}")
    for lane in LANES:
        assert words(lane.words_key)
        assert words(f"measure.{lane.column}")
    for name, _, _ in quantities():
        assert words(f"group.{name.partition('.')[0]}")


def test_no_words_hold_a_name_of_the_code():
    assert not [text for text in english.WORDS.values() if re.search(r"[a-z]_[a-z]", text)]


def test_an_unknown_key_is_refused_and_the_nearest_named():
    with pytest.raises(KeyError, match=r"'posture.mobilize'; did you mean 'posture.mobilise'"):
        words("posture.mobilize")


def test_a_new_measure_needs_no_words():
    assert name_of("measure", "days_of_rain") == "days of rain"


def test_the_label_of_a_lever_is_its_key():
    assert not {lever.look.label for lever in LEVERS.values()} & set(english.WORDS)
    for name, lever in LEVERS.items():
        assert look_of(name).label == lever.look.label


def test_a_second_language_is_one_file(kazakh):
    assert words("posture.mobilise") == "көшеде"
    assert words("posture.mobilise", "english") == "in the street"
    assert words("posture.share") == "speaks out"  # what it leaves out is English
    assert look_of("blackout").label == "Желі өшірулі"
    assert translated("Ban") == "Ban"


def test_a_language_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="'klingon' is not one of english"):
        words("axis.date", "klingon")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0, "count", "0"), (1000, "count", "1,000"), (17_000_000, "count", "17,000,000"),
        (2008, "year", "2008"), (0.0295, "share", "2.95 %"), (1, "share", "100 %"),
        (0, "share", "0 %"), (0.5, "amount", "0.5"), (9999.96, "amount", "10,000"),
        (-1234.5, "amount", "-1,234"), (-0.0, "amount", "0"), (1e20, "amount", "1e+20"),
        (None, "count", "–"), (float("nan"), "share", "–"), (float("inf"), "amount", "–"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_readers(value, kind, text):
    assert number(value, kind) == text


def test_shares_and_amounts_have_as_many_digits_as_asked():
    assert number(1 / 3, "share", 2) == "33 %"
    assert number(2 / 3, digits=2) == "0.67"
    assert number(1234.5678, digits=6) == "1,234.57"
