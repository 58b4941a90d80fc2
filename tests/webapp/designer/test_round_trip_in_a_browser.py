"""Every process that comes with Reviewflow goes through every editor, out as a zip file and in again, without loss."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engine import clock, inspect_package
from engine.database import SessionFactory, transaction
from engine.difference import compare
from tests.webapp.designer.drawing import Drawing
from tests.webapp.designer.test_drawing_in_a_browser import DESK
from tests.webapp.designer.test_tables_in_a_browser import Deciding
from tests.webapp.on_screen import Serve, sign_in, watch
from workflows.cycles.shipped import list_shipped, read_shipped
from workflows.designs import starting
from workflows.designs.reading import files_of

PICTURE = b"<bpmndi:BPMNDiagram"
SEND_EVERY_STEP_AS_IT_IS = """async () => {
  const read = async (address) => new DOMParser().parseFromString(await (await fetch(address)).text(), 'text/html');
  const page = await read(location.href);
  const steps = [...new Set([...page.querySelectorAll('[data-steps] a[href*="open="]')].map((link) => link.href))];
  const said = [];
  for (const step of steps) {
    for (const form of (await read(step)).querySelectorAll('form:has([name=edit][value=settings])')) {
      const sent = await fetch(form.action, { method: 'POST', body: new FormData(form), redirect: 'manual' });
      said.push(sent.type);
    }
  }
  return said;
}"""


@pytest.mark.parametrize("package", [process.package for process in list_shipped()])
def test_a_shipped_process_comes_through_every_editor_unchanged(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory, package: str, tmp_path: Path
) -> None:
    complaints = watch(page)
    shipped = read_shipped(package)
    with transaction(factory) as session:
        starting.start_from_shipped(session, package, "", by="hugo", now=clock.now())
    site = serve(app)
    page.set_viewport_size(DESK)
    sign_in(page, site, "hugo")
    draw(page, site, factory, shipped, f"{package}.bpmn")
    decide(page, site, [path for path in shipped if path.endswith(".dmn")])
    drawn = now(factory)
    assert {path: unmeasured(content) for path, content in drawn.items()} == {
        path: unmeasured(content) for path, content in shipped.items()
    }
    # The list of steps: each step is sent as it is.
    page.goto(f"{site}/designer/1/steps")
    said = page.evaluate(SEND_EVERY_STEP_AS_IT_IS)
    assert said
    assert set(said) == {"opaqueredirect"}, "each is taken"
    assert now(factory) == drawn
    # Out and in again
    page.goto(f"{site}/designer/1")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    exported = tmp_path / "package.zip"
    download.value.save_as(exported)
    page.get_by_role("button", name="Archive the draft").click()
    page.goto(f"{site}/designer/new")
    page.get_by_label("File (.zip or .bpmn)").set_input_files(exported)
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("Nothing runs before it is published.")).to_be_visible()
    assert now(factory, 2) == drawn
    assert differences(shipped, drawn) == []
    assert complaints == [], "the content policy or a script objects"


def draw(page: Page, site: str, factory: SessionFactory, shipped: dict[str, bytes], path: str) -> None:
    """Something is moved in the diagram: its picture changes, and nothing else; then it is moved back."""
    drawing, text = Drawing(page).open(f"{site}/designer/1/diagram"), shipped[path].decode()
    # One without events at its border: bpmn-js measures their names anew.
    step = next(
        name for name in re.findall(r'<bpmn:userTask id="(\w+)"', text) if f'attachedToRef="{name}"' not in text
    )
    page.locator(f"[data-element-id={step}]").first.click()
    page.keyboard.press("ArrowRight")
    drawing.save()
    moved = now(factory)
    assert moved[path] != shipped[path]
    assert moved[path].partition(PICTURE)[0] == shipped[path].partition(PICTURE)[0]
    assert differences(shipped, moved) == []
    page.keyboard.press("Control+z")
    drawing.save()


def decide(page: Page, site: str, paths: list[str]) -> None:
    """In each table, something is written and taken back."""
    for path in paths:
        page.goto(f"{site}/designer/1/tables/{Path(path).stem}")
        table = Deciding(page).wait()
        table.write(0, 0, "x")
        table.save()
        page.keyboard.press("Control+z")
        expect(page.locator("[data-status]")).to_have_text("Not saved yet …")
        table.save()


def unmeasured(content: bytes) -> bytes:
    """A file without the sizes of names beside things: bpmn-js measures them anew, with the fonts that are there."""
    return re.sub(rb'(<bpmndi:BPMNLabel>\s*<dc:Bounds x="[^"]*" y="[^"]*")[^>]*', rb"\1", content)


def now(factory: SessionFactory, design: int = 1) -> dict[str, bytes]:
    with factory() as session:
        return files_of(session, design)


def differences(old: dict[str, bytes], new: dict[str, bytes]) -> list[object]:
    programs = [inspect_package(files).program for files in (old, new)]
    assert programs[0] is not None
    assert programs[1] is not None
    return list(compare(*programs))
