"""What is in anybody's way on a page: what axe finds by the rules of WCAG 2.2 at level AA, and sideways scrolling."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, ViewportSize

from tests.services.listening import wait_until_it_listens

AXE = Path(__file__).parents[2] / "webapp" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LAPTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What is still fading in has too little contrast; the line that says "loading" moves for ever.
FINISH_ANIMATIONS = """document.getAnimations()
  .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity)
  .forEach((animation) => animation.finish())"""


class Problem(NamedTuple):
    """One rule that a page breaks, and where."""

    rule: str
    impact: str
    targets: tuple[str, ...]


def find_problems(page: Page, rules: Sequence[str] = ()) -> list[Problem]:
    """The rules that `page` breaks as it is shown now: of all at level AA, or of these alone."""
    wait_until_it_listens(page)
    if not page.evaluate("'axe' in window"):
        # Evaluated by the debugger, not by a script element: pages allow only their own scripts.
        page.evaluate(_read_axe())
    page.evaluate(FINISH_ANIMATIONS)
    asked = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    found = page.evaluate("(asked) => axe.run(document, { runOnly: asked, resultTypes: ['violations'] })", asked)
    return [
        Problem(broken["id"], broken["impact"], tuple(str(node["target"][0]) for node in broken["nodes"]))
        for broken in found["violations"]
    ]


def find_barriers(page: Page) -> list[str]:
    """What is wrong with `page` as it is shown now, on a laptop and on a phone, light and dark; none where all is well.

    The page is not loaded again, so that a long story is told once. It ends on a phone, light.
    """
    found = []
    for size in (LAPTOP, PHONE):
        page.set_viewport_size(size)
        found += [f"{size['width']} px: {problem}" for problem in find_problems(page)]
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            found.append(f"{size['width']} px: the page scrolls sideways")
        if size is LAPTOP:
            found += [f"dark: {problem}" for problem in _find_problems_in_the_dark(page)]
    return found


def _find_problems_in_the_dark(page: Page) -> list[Problem]:
    """Only colours are others there."""
    page.emulate_media(color_scheme="dark")
    found = find_problems(page, ["color-contrast"])
    page.emulate_media(color_scheme="light")
    return found


@cache
def _read_axe() -> str:
    return AXE.read_text(encoding="utf-8")
