"""The framework's routes as it is installed: each is known, and open or closed on purpose."""

import re
import warnings

import pytest

pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")

from samizdat.page.description import DOCUMENTS
from samizdat.page.routes import ROUTES, is_needed
from samizdat.page.server import SETTINGS, configure_solara

OPEN = {
    "Route /", "WebSocketRoute /jupyter/api/kernels/{kernel_id}/{name}",
    "Route /_solara/api/close/{kernel_id}", "Mount /_solara/cdn", "Mount /jupyter/nbextensions",
    "Mount /static/assets", "Mount /static",
}  # fmt: skip
CLOSED = {
    "Route /readyz", "Route /resourcez", "Route /jupyter/api/kernels/{id}", "Route /{fullpath}",
    "Route /{fullpath:path}", "Route /_solara/api/evict/{kernel_id}", "Mount /static/public",
}  # fmt: skip


@pytest.fixture(scope="module")
def framework():
    with pytest.MonkeyPatch.context() as environment, warnings.catch_warnings():
        for name in SETTINGS:
            environment.setenv(name, "")  # is as before at the end
        configure_solara()
        warnings.simplefilter("ignore")  # of the framework's own imports
        from solara.server import server, settings, starlette

        yield starlette.app, settings, server


def test_every_route_is_known(framework):
    app, _, _ = framework
    assert {f"{type(route).__name__} {route.path}" for route in app.routes} == OPEN | CLOSED


def test_each_request_of_the_page_is_for_one_of_the_open_routes():
    heads = {
        "/jupyter/api/kernels/", "/_solara/api/close/", "/_solara/cdn/", "/jupyter/nbextensions/",
        "/static/assets/", "/static/",
    }  # fmt: skip
    paths = [route.path for route in ROUTES]
    assert paths.pop(0) == "/"
    assert set(paths.pop(0).split("|")) == set(DOCUMENTS)  # which the framework never sees
    assert {next(h for h in sorted(heads)[::-1] if path.startswith(h)) for path in paths} == heads


def test_the_files_that_the_framework_puts_into_its_page_are_open(framework):
    _, settings, server = framework
    template = (server.directory / "templates" / "solara.html.j2").read_text("utf-8")
    named = set(re.findall(r"""["'}](/static/[^"'{}?]+\.(?:js|css|png|svg))["']""", template))
    assert len(named) >= 8
    assert [path for path in named if not is_needed("GET", path, "", None)] == []
    fetched = set(re.findall(r"{{cdn}}(/[^\"'{}]+\.(?:js|css))[\"']", template))
    assets = settings.assets.proxy_cache_dir
    installed = [f"/_solara/cdn{path}" for path in fetched if (assets / path[1:]).is_file()]
    assert "/_solara/cdn/requirejs@2.3.6/require.js" in installed
    assert [path for path in installed if not is_needed("GET", path, "", assets)] == []
