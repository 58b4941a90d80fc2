"""What pages weigh: the scripts and styles that a browser loads for them, compressed, whatever it has from before."""

import re
from collections.abc import Iterator
from pathlib import Path

import webapp
from tests.bench.annual_review import Row
from webapp.assets import DIST, read_manifest

TEMPLATES = Path(webapp.__file__).parent
BASE = TEMPLATES / "templates" / "layouts" / "base.html"
EDITORS = ("designer/diagram.html", "designer/form.html", "designer/table.html")
"""The pages of the designer that HR draws, builds and decides on."""

EMPLOYEES = ("inbox", "tasks", "cases", "calibration", "promotions", "voting", "team", "notifications")

_ASSET = re.compile(r"""asset_url\(["']([\w-]+\.(?:js|css))["']\)""")
_IMPORT = re.compile(r"""(?:from|import)\s*"\./([\w-]+\.js)\"""")


def list_pages() -> dict[str, Path]:
    """Every template but the editors of the designer, by the folder of its screen and its own name."""
    found = sorted(TEMPLATES.glob("**/templates/*/*.html"))
    pages = {f"{path.parent.name}/{path.name}": path for path in found}
    return {name: path for name, path in pages.items() if name not in EDITORS}


def weigh(page: Path) -> int:
    """Bytes of scripts and styles of a page, compressed with gzip, what its scripts import included."""
    names = {name for path in (BASE, page) for name in _ASSET.findall(path.read_text(encoding="utf-8"))}
    built = read_manifest()["files"]
    files = _with_imports({built[name]["file"] for name in names})
    return sum((DIST / f"{file}.gz").stat().st_size for file in files)


def run() -> Iterator[Row]:
    """The heaviest page of each screen that employees use."""
    pages = list_pages()
    for screen in EMPLOYEES:
        weights = [weigh(page) for name, page in pages.items() if name.startswith(f"{screen}/")]
        yield f"scripts and styles of the pages of {screen}, the heaviest, compressed", max(weights) / 1000, "KB"


def _with_imports(files: set[str]) -> set[str]:
    """The files with everything that is loaded before the first of them runs."""
    waiting, seen = list(files), set(files)
    while waiting:
        file = waiting.pop()
        if file.endswith(".js"):
            fresh = set(_IMPORT.findall((DIST / file).read_text(encoding="utf-8"))) - seen
            waiting += fresh
            seen |= fresh
    return seen
