"""What axe finds wrong with a page, by the rules of WCAG 2.2 at level AA."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "webapp" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Problem(NamedTuple):
    """One rule that a page breaks, and where."""

    rule: str
    impact: str
    targets: tuple[str, ...]


def find_problems(page: Page) -> list[Problem]:
    """The rules that `page` breaks as it is shown now."""
    # Evaluated by the debugger, not by a script element: pages allow only their own scripts.
    page.evaluate(_read_axe())
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", RULES)
    return [
        Problem(broken["id"], broken["impact"], tuple(str(node["target"][0]) for node in broken["nodes"]))
        for broken in found["violations"]
    ]


@cache
def _read_axe() -> str:
    return AXE.read_text(encoding="utf-8")
