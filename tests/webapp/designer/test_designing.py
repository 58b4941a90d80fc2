"""The pages of processes: the library, beginning a draft, one draft, publishing, and the addresses the editor uses."""

import io
import zipfile
from collections.abc import Callable
from importlib.resources import files as resources

from engine import clock
from engine.database import SessionFactory, transaction
from engine.packages import read_package
from tests.webapp.browsing import Browser
from workflows.designs import presence
from workflows.designs.reading import files_of
from workflows.designs.zipping import pack

OpenBrowser = Callable[[str], Browser]
FORM = b'{"type": "default", "components": [{"type": "textarea", "key": "note", "label": "Note"}]}'


def ask(
    browser: Browser, method: str, address: str, body: bytes = b"", revision: int | None = None
) -> tuple[int, dict]:
    """What the editor's scripts do: send, and read JSON."""
    browser.open("/designer")
    headers = {"X-CSRFToken": browser.token(), "Accept": "application/json"}
    if revision is not None:
        headers["If-Match"] = f'"{revision}"'
    answer = browser.client.open(address, method=method, data=body, headers=headers)
    return answer.status_code, answer.get_json(silent=True) or {}


def test_a_library_without_processes_shows_the_way(open_browser: OpenBrowser) -> None:
    page = open_browser("hugo").open("/designer")
    assert "No process yet" in page.text
    assert "Annual review" in page.text


def test_a_shipped_process_is_begun_published_and_launchable(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    hugo.open("/designer")
    page = hugo.send("/designer", **{"from": "shipped:annual_review"})
    assert hugo.heading == "Annual review"
    assert "It can be published. Look at this first" in page.text
    assert "About Hugo nobody may do it: it goes to the HR group, and Hugo is the only one of them" in page.text
    assert '<svg class="diagram"' in page.text
    # When it is published
    page = hugo.open("/designer/1/publication")
    assert "This is the first version" in page.text
    page = hugo.send("/designer/1/publication", revision="1")
    assert "Version 1 of “Annual review” is published" in page.text
    # Then cycles can be launched with it, and there is nothing more to publish.
    assert "Annual review (version 1)" in hugo.open("/cycles/new").text
    assert "There is nothing to publish" in hugo.open("/designer/1/publication").text
    library = hugo.open("/designer").text
    assert "Version 1" in library
    assert "Draft with changes" not in library


def test_what_cannot_be_begun_is_explained_and_what_was_typed_stays(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    hugo.open("/designer/new")
    page = hugo.send("/designer", **{"from": "empty", "name": "x" * 121})
    assert page.status_code == 422
    assert "Give the process a name" in page.text
    assert "x" * 121 in page.text
    for source in ("shipped:nothing", "definition:7", "definition:x", "file"):
        assert hugo.send("/designer", **{"from": source}).status_code == 422


def test_a_draft_that_is_not_ready_says_what_is_missing(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo = open_browser("hugo")
    hugo.open("/designer/new")
    hugo.send("/designer", follow=False, **{"from": "empty", "name": "Check-in"})
    with factory() as session:
        diagram = files_of(session, 1)["check_in.bpmn"].replace(b'rf:over="participants"', b'rf:over="nobody"')
    assert ask(hugo, "PUT", "/designer/1/files/check_in.bpmn", diagram, 1) == (200, {"revision": 2})
    _, answer = ask(hugo, "GET", "/designer/1/findings")
    (finding,) = answer["findings"]
    assert (finding["id"], finding["severity"]) == ("for_each_participant", "error")
    page = hugo.open("/designer/1/publication")
    assert "It cannot be published yet" in page.text
    assert "Publish version" not in page.text
    assert hugo.send("/designer/1/publication", revision="2").status_code == 422


def test_files_are_read_and_written_by_revision(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    hugo.open("/designer/new")
    hugo.send("/designer", follow=False, **{"from": "empty", "name": "Check-in"})
    address = "/designer/1/files/forms/note.json"
    assert ask(hugo, "PUT", address, FORM) == (200, {"revision": 2})
    answer = hugo.client.get(address)
    assert (answer.data, answer.headers["ETag"]) == (FORM, '"2"')
    # Somebody who read an older one is told who was faster.
    status, told = ask(hugo, "PUT", address, FORM + b" ", 1)
    assert (status, told["by"], told["revision"]) == (409, "Hugo", 2)
    assert ask(hugo, "PUT", address, b"{", 2)[0] == 422
    assert ask(hugo, "PUT", "/designer/1/files/other.exe", b"x")[0] == 422
    assert ask(hugo, "DELETE", address, revision=2)[0] == 204
    assert hugo.client.get(address).status_code == 404


def test_a_package_goes_out_and_comes_back_without_loss(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo = open_browser("hugo")
    package = read_package(resources("bpmn") / "annual_review")
    hugo.open("/designer/new")
    upload = {"from": "file", "csrf_token": hugo.token(), "file": (io.BytesIO(pack(package)), "annual.zip")}
    assert hugo.client.post("/designer", data=upload).status_code == 302
    with factory() as session:
        assert files_of(session, 1) == package
    exported = hugo.client.get("/designer/1/package.zip")
    with zipfile.ZipFile(io.BytesIO(exported.data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == package


def test_a_diagram_of_another_tool_is_imported_in_whatever_encoding(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    drawn = (resources("bpmn") / "annual_review" / "annual_review.bpmn").read_text(encoding="utf-8")
    foreign = drawn.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    hugo.open("/designer/new")
    upload = {"from": "file", "csrf_token": hugo.token(), "file": (io.BytesIO(foreign), "Review.BPMN")}
    assert hugo.client.post("/designer", data=upload).status_code == 302
    assert hugo.open("/designer/1/diagram").status_code == 200


def test_earlier_states_names_and_the_archive(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    hugo.open("/designer/new")
    hugo.send("/designer", follow=False, **{"from": "empty", "name": "Check-in"})
    hugo.open("/designer/1")
    assert hugo.send("/designer/1/name", name="").status_code == 422
    hugo.send("/designer/1/name", name="Check-in with <b>tags</b> and a long tail")
    assert hugo.heading == "Check-in with <b>tags</b> and a long tail"
    assert "<b>tags" not in hugo.page.text
    hugo.send("/designer/1/states", revision="1")
    assert hugo.heading == "Check-in"
    hugo.send("/designer/1/archive")
    assert "Archived drafts (1)" in hugo.page.text
    assert "archived" in hugo.open("/designer/1/diagram").text
    hugo.send("/designer/1/archive", archived="no")
    assert hugo.heading == "Check-in"


def test_editors_hear_of_each_other(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo = open_browser("hugo")
    hugo.open("/designer/new")
    hugo.send("/designer", follow=False, **{"from": "empty", "name": "Check-in"})
    assert ask(hugo, "PUT", "/designer/1/presence?path=check_in.bpmn") == (
        200,
        {"others": [], "revisions": {"check_in.bpmn": 1}},
    )
    with transaction(factory) as session:
        presence.report(session, 1, "check_in.bpmn", by="mara", now=clock.now())
    _, heard = ask(hugo, "PUT", "/designer/1/presence?path=check_in.bpmn")
    assert heard["others"] == [{"name": "Mara", "path": "check_in.bpmn"}]
    assert ask(hugo, "DELETE", "/designer/1/presence")[0] == 204
