"""The built browser side: where its files are called what, and how they are sent.

The build names every file after its content, so that a browser keeps it for good, and lists the names in a manifest.
"""

import json
from functools import cache
from pathlib import Path
from typing import TypedDict

from flask import Blueprint, Flask, Response, g, request, send_from_directory, url_for

from webapp.access import public

DIST = Path(__file__).parent / "static" / "dist"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
FOR_GOOD = 365 * 24 * 60 * 60

blueprint = Blueprint("assets", __name__)


class AssetError(Exception):
    """A page asks for a file that the browser side does not have. The message says what to do."""


class BuiltFile(TypedDict):
    """One built file, with its size in bytes as it is and compressed."""

    file: str
    bytes: int
    gzip: int
    brotli: int


class Manifest(TypedDict):
    """What the build made: files by the name that pages use, and the icons in the sprite."""

    files: dict[str, BuiltFile]
    icons: list[str]


def register_assets(app: Flask) -> None:
    """Serve the built files under /assets/ and give templates `asset_url` and `icon_url`."""
    app.register_blueprint(blueprint, url_prefix="/assets")
    app.add_template_global(asset_url)
    app.add_template_global(icon_url)


def read_manifest(dist: Path = DIST) -> Manifest:
    """What the build made. Raises AssetError when nothing was built yet."""
    path = dist / "manifest.json"
    try:
        return _parse_manifest(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise AssetError(
            "The browser side of Reviewflow is not built, so pages would come without style. Run 'make build'."
        ) from None


def asset_url(name: str) -> str:
    """The address of a built file such as "app.css". Raises AssetError when the build does not make it."""
    files = read_manifest()["files"]
    if name not in files:
        raise AssetError(f"The build makes no \"{name}\", only {', '.join(sorted(files))}. Run 'make build'.")
    return url_for("assets.send", name=files[name]["file"])


def icon_url(name: str) -> str:
    """The address of an icon, for ``<svg class="t-icon"><use href="…"></svg>``. Raises AssetError when unknown."""
    # A page shows a hundred icons, of one sprite.
    if "icons" not in g:
        sprite = asset_url("icons.svg")
        g.icons = {icon: f"{sprite}#{icon}" for icon in read_manifest()["icons"]}
    address: str | None = g.icons.get(name)
    if address is None:
        raise AssetError(f"There is no icon \"{name}\". Add it to webapp/frontend/src/icons.txt and run 'make build'.")
    return address


@blueprint.get("/<path:name>")
@public
def send(name: str) -> Response:
    """Send a built file, in the smallest form that the browser understands."""
    for encoding, suffix in ENCODINGS:
        if request.accept_encodings[encoding] > 0 and (DIST / f"{name}{suffix}").is_file():
            response = send_from_directory(DIST, f"{name}{suffix}", max_age=FOR_GOOD)
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = send_from_directory(DIST, name, max_age=FOR_GOOD)
    response.mimetype = _guess_type(name)
    response.vary.add("Accept-Encoding")
    response.cache_control.immutable = True
    response.cache_control.public = True
    return response


@cache
def _parse_manifest(path: Path, changed: int) -> Manifest:
    # A new build has a new time of change, and with it a new entry in the cache.
    manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def _guess_type(name: str) -> str:
    types = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
    return types.get(Path(name).suffix, "application/octet-stream")
