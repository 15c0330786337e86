"""The description of the model: the page is made from the documents, and needs the token."""

import re

import pytest
from serving import ROOT, asked

pytest.importorskip(
    "markdown_it", reason="markdown-it-py is not installed: pip install -e '.[viz]'"
)

from samizdat.page.description import DOCUMENTS, page_at, to_html

PAGE = ROOT / "model" / "samizdat" / "page"


@pytest.mark.parametrize("name", ["ODD.md", "glossary.md"])
def test_the_package_has_the_documents_themselves(name):
    shipped = PAGE / f"model_{name.lower()}"
    assert shipped.read_bytes() == (ROOT / "docs" / name).read_bytes(), (
        f"{shipped} is to be a link to docs/{name}, or a copy of it"
    )


def test_each_section_of_the_document_is_on_the_page():
    text = (ROOT / "docs" / "ODD.md").read_text(encoding="utf-8")
    page = page_at("/model")
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = heading.replace("`", "")
        assert plain in re.sub(r"</?code>", "", page), heading
    assert "<!--" not in page
    assert "parameters:begin" not in page
    assert page.count("<table>") == len(re.findall(r"^\|[-| :]+\|$", text, re.MULTILINE))


def test_every_link_leads_somewhere_on_this_server():
    pages = {path: page_at(path) for path in DOCUMENTS}
    names = {path: set(re.findall(r' id="([^"]+)"', page)) for path, page in pages.items()}
    for path, page in pages.items():
        links = re.findall(r'href="([^"]*)"', page)
        assert links
        for link in links:
            target, _, place = link.partition("#")
            assert not place or place in names[f"/{target}" if target else path], link


def test_a_link_to_what_is_not_served_is_plain_text():
    found = to_html(
        "See [page 10](decisions/10-kazakhstan.md), [this](#a) and [it](glossary.md#b)."
    )
    assert found == ('<p>See page 10, <a href="#a">this</a> and <a href="glossary#b">it</a>.</p>\n')


def test_nothing_in_a_document_is_taken_for_html():
    assert "<script" not in to_html("a <script>alert(1)</script> b")
    assert to_html("# A\n# A\n").count('id="a"') == 1


@pytest.mark.slow
def test_the_page_is_served_to_those_who_have_the_token(server):
    for path in DOCUMENTS:
        address = f"{server.rstrip('/')}{path}"
        status, headers, body = asked(address)
        assert (status, body.decode()) == (200, page_at(path))
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert asked(address, {"Cookie": "none"})[0] == 403
        assert asked(f"{address}?a=1")[0] == 404
        assert asked(address, {"Host": "example.org", "Cookie": "none"})[0] == 400
        assert asked(f"{address}/")[0] == 404


@pytest.mark.slow
def test_the_page_is_read_without_the_network(visit, shoot, server):
    page = visit("play=0")
    page.wait_for_selector(".samizdat-picture")
    page.goto(f"{server}model")
    assert page.title() == "How the model works – samizdat"
    page.get_by_role("link", name="glossary").first.click()
    page.get_by_role("heading", name="Glossary").wait_for()
    page.go_back()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, "model_390")
