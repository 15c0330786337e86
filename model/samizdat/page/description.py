"""The description of the model as pages of the server, from the documents that come with it.

`model_odd.md` and `model_glossary.md` are links to the documents in `docs`; a package that is
installed has them as files.
"""

import functools
import html
import itertools
import re
from importlib import resources
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token


class Document(NamedTuple):
    """A page: its title, and the files that it consists of."""

    title: str
    files: tuple[str, ...]


DOCUMENTS = {
    "/model": Document("How the model works", ("model_in_short.md", "model_odd.md")),
    "/glossary": Document("Glossary of the model", ("model_glossary.md",)),
}
_SERVED = {"ODD.md": "model", "glossary.md": "glossary", "": ""}  # file -> its page
_STYLE = """
body { max-width: 60em; margin: 0 auto; padding: 1.5em 1.2em 4em; color: #1d262e; background: #fff;
  font: 16px/1.55 Roboto, "DejaVu Sans", Arial, sans-serif; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 .5em; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: .9em; }
th, td { border: 1px solid #c3ccd4; padding: .3em .6em; text-align: left; vertical-align: top; }
pre { overflow-x: auto; background: #f4f6f8; padding: .8em; }
code { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .9em; }
a { color: #0b5688; }
@media (prefers-color-scheme: dark) {
  body { color: #e4ebf1; background: #17202a; } a { color: #7cc0f0; }
  pre { background: #202c38; } th, td { border-color: #46535f; }
}
"""


@functools.cache
def page_at(path: str) -> str:
    """Return the page of `DOCUMENTS` at a path, as HTML."""
    document = DOCUMENTS[path]
    folder = resources.files("samizdat.page")
    texts = [(folder / name).read_text(encoding="utf-8") for name in document.files]
    body = "\n<hr>\n".join(to_html(text) for text in texts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(document.title)} – samizdat</title><style>{_STYLE}</style></head>"
        f"<body><main>\n{body}</main></body></html>\n"
    )


def to_html(text: str) -> str:
    """Return a document as HTML; links to what is not served become plain text."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL))
    seen: dict[str, int] = {}
    for token, inside in itertools.pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(inside, seen))
    for token in tokens:
        if token.children:
            token.children = _with_served_links(token.children)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _anchor(heading: Token, seen: dict[str, int]) -> str:
    """Return the name to which links of the documents lead, as code forges make it."""
    words = "".join(
        child.content for child in heading.children or () if child.type in ("text", "code_inline")
    )
    name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
    count = seen[name] = seen.get(name, -1) + 1
    return f"{name}-{count}" if count else name


def _with_served_links(tokens: list[Token]) -> list[Token]:
    kept, served = [], True
    for token in tokens:
        if token.type == "link_open":
            target, _, place = str(token.attrGet("href")).partition("#")
            served = target in _SERVED
            if served:
                token.attrSet("href", _SERVED[target] + (f"#{place}" if place else ""))
        if served or token.type not in ("link_open", "link_close"):
            kept.append(token)
        if token.type == "link_close":
            served = True
    return kept
