"""Pieces of HTML. Text from a file or a run is never markup: it passes `html.escape` in `text`."""

import html
from collections.abc import Iterable, Sequence

UNFOLDED = 60  # most rows of a table that are shown at once


def text(value: object) -> str:
    """Return text in which nothing is markup."""
    return html.escape(str(value), quote=True)


def section(title: str, parts: Sequence[str]) -> str:
    """Return a section with its heading; nothing if it has no parts."""
    if not parts:
        return ""
    return f"<section>\n<h2>{text(title)}</h2>\n" + "\n".join(parts) + "\n</section>"


def paragraph(content: str, kind: str = "") -> str:
    """Return a paragraph, of a kind that the style sheet knows."""
    return f"<p class='{kind}'>{text(content)}</p>" if kind else f"<p>{text(content)}</p>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], words: int = 0) -> str:
    """Return a table that scrolls by itself; the first columns hold words."""
    side = [" class='words'" if k < words else "" for k in range(len(heads))]
    head = "".join(f"<th{s}>{text(h)}</th>" for h, s in zip(heads, side, strict=True))
    lines = [
        "<tr>" + "".join(f"<td{s}>{text(c)}</td>" for c, s in zip(r, side, strict=True)) + "</tr>"
        for r in rows
    ]
    body = "\n".join(lines)
    return (
        "<div class='scroll' tabindex='0'><table>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def folded(shown: str, rows: int) -> str:
    """Hide a long table until it is clicked."""
    if rows <= UNFOLDED:
        return shown
    return f"<details><summary>{rows:,} rows</summary>{shown}</details>"
