"""The catalogue of words, by language.

A language is one file of this folder, `english.py`, with a table WORDS: from a key to the words. A
key is dotted: ``posture.mobilise`` is what people do who mobilise. What a language leaves out is
taken from English. The label of a lever is its own key, so that English needs no entry for it.
"""

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Mapping
from contextvars import ContextVar

import samizdat.text

ENGLISH = "english"
_NO_LANGUAGES = ("apart", "catalogue", "numbers")
LANGUAGE: ContextVar[str] = ContextVar("language", default=ENGLISH)  # of the readers


@functools.cache
def languages() -> list[str]:
    """Return the languages that there are, by name.

    >>> languages()
    ['english']
    """
    names = (module.name for module in pkgutil.iter_modules(samizdat.text.__path__))
    return sorted(name for name in names if name not in _NO_LANGUAGES)


def words(key: str, language: str | None = None) -> str:
    """Return the words of a key, by default in the readers' language.

    >>> words("posture.mobilise"), words("posture.mobilise.term")
    ('in the street', 'mobilised')

    Raises
    ------
    KeyError
        If English has no words of that key; it names the nearest one.
    """
    table, english = _table(language or LANGUAGE.get()), _table(ENGLISH)
    if key not in english:
        near = difflib.get_close_matches(key, english, n=1, cutoff=0.5)
        raise KeyError(f"text: unknown {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return table.get(key, english[key])


def name_of(kind: str, name: str, language: str | None = None) -> str:
    """Return how people call something that has a name in tables and files.

    What has no entry is called by its name, without underscores: a new measure needs none.

    >>> name_of("measure", "cut_off"), name_of("measure", "days_of_rain")
    ('cut off from a platform in use', 'days of rain')
    """
    key = f"{kind}.{name}"
    known = key in _table(ENGLISH)
    return words(key, language) if known else plain(name)


def translated(text: str, language: str | None = None) -> str:
    """Return a text that is its own key, such as the label of a lever, in the readers' language."""
    return _table(language or LANGUAGE.get()).get(text, text)


def plain(name: str) -> str:
    """Return a name of a scenario or a table for people: without underscores."""
    return name.replace("_", " ")


def _table(language: str) -> Mapping[str, str]:
    if language not in languages():
        raise ValueError(f"language = {language!r} is not one of {', '.join(languages())}")
    module = importlib.import_module(f"samizdat.text.{language}")
    table: Mapping[str, str] = module.WORDS
    return table
