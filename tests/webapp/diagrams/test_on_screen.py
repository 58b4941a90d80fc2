"""The picture in a real browser: large enough to read on a phone, strong enough in both themes."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from bpmn import __path__ as library
from webapp import __path__ as webapp
from webapp.diagrams import Mark, read_layout, render

REVIEW = read_layout((Path(library[0]) / "annual_review" / "annual_review.bpmn").read_bytes())
STYLE = (Path(webapp[0]) / "frontend" / "src" / "diagram.css").read_text(encoding="utf-8")
MARKS = {
    "self_assessment": Mark(done=True),
    "manager_review": Mark(here=True, waiting=12, late=3),
    "second_approval": Mark(waiting=1),
}

# For every text: the contrast (WCAG 2) with the fill behind it. Labels outside of shapes lie on the frames.
CONTRASTS = """
() => {
  const rgb = (color) => {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (color) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb(color).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll(".diagram-text")].map((text) => {
    const outside = text.matches(".is-outside, .is-note");
    const body = outside ? document.querySelector(".is-expanded") : text.parentElement.querySelector("rect");
    const [a, b] = [light(getComputedStyle(text).fill), light(getComputedStyle(body).fill)].sort((x, y) => y - x);
    return [text.textContent, (a + 0.05) / (b + 0.05)];
  });
}
"""

# The tasks whose name leaves their box.
STICKING_OUT = """
() => [...document.querySelectorAll(".diagram-userTask, .diagram-serviceTask, .diagram-scriptTask")]
  .filter((task) => {
    const box = task.querySelector("rect").getBBox();
    const text = task.querySelector("text").getBBox();
    const beside = text.x < box.x || text.x + text.width > box.x + box.width;
    return beside || text.y < box.y || text.y + text.height > box.y + box.height;
  })
  .map((task) => task.dataset.element)
"""


def show(page: Page, picture: str, *, width: int, theme: str = "light") -> None:
    page.set_viewport_size({"width": width, "height": 800})
    paper = "#151f2c" if theme == "dark" else "#ffffff"
    style = f":root {{ color-scheme: {theme} }} body {{ margin: 0; background: {paper} }} {STYLE}"
    page.set_content(
        f'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
        f"<style>{style}</style><body>{picture}</body></html>"
    )


def test_the_cropped_picture_is_readable_on_a_phone(page: Page) -> None:
    show(page, render(REVIEW, MARKS, title="Review", focus="manager_review"), width=360)
    height = page.locator("[data-element=manager_review] tspan").evaluate("e => e.getBoundingClientRect().height")
    assert height >= 12
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_whole_picture_scrolls_in_its_frame_on_a_phone(page: Page) -> None:
    show(page, f'<div class="diagram-scroll">{render(REVIEW, MARKS, title="Review")}</div>', width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator(".diagram-scroll").evaluate("e => e.scrollWidth > e.clientWidth")


def test_no_text_runs_out_of_its_box(page: Page) -> None:
    show(page, render(REVIEW, {}, title="Review"), width=1500)
    sticking_out = page.evaluate(STICKING_OUT)
    assert sticking_out == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(page: Page, theme: str) -> None:
    show(page, render(REVIEW, MARKS, title="Review"), width=1500, theme=theme)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 50
    assert [(text, round(ratio, 2)) for text, ratio in contrasts if ratio < 4.5] == []
