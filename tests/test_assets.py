"""The built browser side: small, complete, kept by browsers for good, and clear when it is missing."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.assets import DIST, AssetError, asset_url, icon_url, read_manifest, register_assets

WEBAPP = Path(__file__).parent.parent / "webapp"
FRONTEND = WEBAPP / "frontend"
CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
CLASS_ATTRIBUTE = re.compile(r'\bclass="([^"]*)"')
PAGE_BUDGET = 100 * 1024


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    register_assets(app)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def address_of(app: Flask, name: str) -> str:
    with app.test_request_context():
        return asset_url(name)


def test_what_every_page_loads_fits_the_budget() -> None:
    files = read_manifest()["files"]
    assert files["app.css"]["gzip"] + files["app.js"]["gzip"] <= PAGE_BUDGET


def test_the_form_builder_is_small_and_weighs_on_nobody_else() -> None:
    assert read_manifest()["files"]["form-builder.js"]["gzip"] <= 230 * 1024
    loading = [path.name for path in WEBAPP.glob("**/templates/**/*.html") if "form-builder" in path.read_text("utf-8")]
    assert loading == ["form.html"]


def test_pages_use_no_class_that_was_cut_out_of_tabler() -> None:
    tabler = CLASS.findall((FRONTEND / "node_modules/@tabler/core/dist/css/tabler.css").read_text(encoding="utf-8"))
    built = CLASS.findall((DIST / read_manifest()["files"]["app.css"]["file"]).read_text(encoding="utf-8"))
    missing = set(tabler) - set(built)
    wrong = {
        f"{path.relative_to(WEBAPP)}: {name}"
        for path in WEBAPP.glob("**/templates/**/*.html")
        for value in CLASS_ATTRIBUTE.findall(path.read_text(encoding="utf-8"))
        for name in value.split()
        if name in missing
    }
    assert wrong == set(), "write t-icon for icon, or take the name out of the list in webapp/frontend/tabler.mjs"


@pytest.mark.parametrize("name", ["app.css", "app.js", "icons.svg"])
@pytest.mark.parametrize(("accepted", "sent", "size"), [("gzip, br", "br", "brotli"), ("gzip", "gzip", "gzip")])
def test_a_file_travels_as_small_as_the_browser_allows(
    app: Flask, client: FlaskClient, name: str, accepted: str, sent: str, size: str
) -> None:
    response = client.get(address_of(app, name), headers={"Accept-Encoding": accepted}, buffered=True)
    assert response.status_code == 200
    assert response.headers["Content-Encoding"] == sent
    assert len(response.data) == read_manifest()["files"][name][size]  # type: ignore[literal-required]


def test_a_browser_that_knows_no_compression_gets_the_plain_file(app: Flask, client: FlaskClient) -> None:
    response = client.get(address_of(app, "app.css"), headers={"Accept-Encoding": "br;q=0, identity"}, buffered=True)
    assert "Content-Encoding" not in response.headers
    assert response.mimetype == "text/css"
    assert len(response.data) == read_manifest()["files"]["app.css"]["bytes"]


def test_a_browser_keeps_a_file_for_good(app: Flask, client: FlaskClient) -> None:
    response = client.get(address_of(app, "app.js"), buffered=True)
    assert response.cache_control.immutable
    assert response.cache_control.max_age == 365 * 24 * 60 * 60
    assert response.mimetype == "text/javascript"


@pytest.mark.parametrize("path", ["missing.css", "../../settings.py", "%2e%2e/%2e%2e/settings.py"])
def test_nothing_but_built_files_is_sent(client: FlaskClient, path: str) -> None:
    assert client.get(f"/assets/{path}").status_code == 404


def test_an_icon_is_a_part_of_the_sprite(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address, _, name = icon_url("inbox").partition("#")
    assert f'<symbol id="{name}"' in client.get(address, buffered=True).text


def test_a_page_that_asks_for_something_unknown_says_what_to_do(app: Flask) -> None:
    with app.test_request_context():
        with pytest.raises(AssetError, match=r"icons\.txt"):
            icon_url("no-such-icon")
        with pytest.raises(AssetError, match=r'no "nothing\.js"'):
            asset_url("nothing.js")


def test_a_missing_build_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="make build"):
        read_manifest(tmp_path)
