"""HR imports files: a look at what would happen, the defects, and then the very file that was looked at."""

import io
import re
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import event, func, select, update
from werkzeug.test import TestResponse

from engine.database import SessionFactory, transaction
from engine.models import Instance
from tests.webapp.browsing import Browser
from tests.webapp.reviewing import SELF_ASSESSMENT, Review, hand_in
from tests.workflows.people.cast import as_csv, cast, changed, moves_file, people_file, person, projects_file
from workflows.people.models import Import, Person, PersonVersion
from workflows.reviews.submitting import save_draft

OpenBrowser = Callable[[str], Browser]


def send_file(browser: Browser, address: str, kind: str, content: bytes, **fields: str) -> TestResponse:
    """Send the import form with a file, as the page that is open makes it."""
    data = {"csrf_token": browser.token(), "kind": kind, "file": (io.BytesIO(content), f"{kind}.csv"), **fields}
    browser.page = browser.client.post(address, data=data, follow_redirects=True)
    return browser.page


def preview(browser: Browser, kind: str, content: bytes) -> TestResponse:
    browser.open("/people/import")
    return send_file(browser, "/people/import/preview", kind, content)


def digest(browser: Browser) -> str:
    given = re.search(r'name="digest" value="([0-9a-f]{64})"', browser.page.text)
    return given.group(1) if given else ""


def imports(factory: SessionFactory) -> int:
    with factory() as session:
        return session.scalar(select(func.count()).select_from(Import)) or 0


def test_a_file_is_looked_at_then_applied(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    # Given a file with somebody new and a new title
    hugo, before = open_browser("hugo"), imports(factory)
    content = people_file([*changed(cast(), "ann", job_title="Lead"), person("zoe", "ben")])
    # When HR looks at it
    page = preview(hugo, "people", content).text
    # Then the page tells what would change, and nothing has
    assert "Apply this file" in page
    assert "Job title" in page
    assert imports(factory) == before
    # When it is applied
    send_file(hugo, "/people/import", "people", content, digest=digest(hugo))
    # Then it has, and a second time there is nothing to do.
    assert "1 new, 1 changed" in hugo.page.text
    assert 'href="/people/zoe"' in hugo.page.text
    assert "Nothing to do." in preview(hugo, "people", content).text


def test_only_the_file_that_was_looked_at_is_applied(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo, before = open_browser("hugo"), imports(factory)
    preview(hugo, "people", people_file([*cast(), person("zoe", "ben")]))
    answer = send_file(hugo, "/people/import", "people", people_file(cast()), digest=digest(hugo))
    assert answer.status_code == 422
    assert "This is not the file you have looked at." in answer.text
    assert imports(factory) == before


def test_defects_are_told_with_line_column_value_and_remedy(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo, before = open_browser("hugo"), imports(factory)
    answer = preview(hugo, "people", people_file(changed(cast(), "ann", manager_id="nobody", email="here")))
    assert answer.status_code == 422
    assert "2 things are wrong" in answer.text
    for told in ("Line 5, manager_id", "nobody", "manager does not exist", "Line 5, email", "not an e-mail address"):
        assert told in answer.text, told
    assert digest(hugo) == ""
    # And sent straight to be applied it changes nothing either.
    send_file(hugo, "/people/import", "people", people_file(changed(cast(), "ann", email="here")), digest="0" * 64)
    assert imports(factory) == before


@pytest.mark.parametrize(
    ("kind", "content", "problem"),
    [
        ("people", b"", "The file is empty."),
        ("people", b"PK\x03\x04rest", "This is an Excel workbook"),
        ("units", b"name\nx\n", "These columns are missing"),
        ("salaries", b"a,b\n1,2\n", "Choose what the file holds."),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(
    open_browser: OpenBrowser, kind: str, content: bytes, problem: str
) -> None:
    answer = preview(open_browser("hugo"), kind, content)
    assert answer.status_code == 422
    assert problem in answer.text


def test_without_a_file_it_is_asked_for(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    hugo.open("/people/import")
    answer = hugo.send("/people/import/preview", kind="people")
    assert answer.status_code == 422
    assert "Choose the file to import." in answer.text


def test_units_come_in_the_same_way(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    units: Sequence[dict[str, str]] = [
        {"org_unit": "TOP", "name": "The firm", "parent": "", "head_id": "olga", "cost_centre": "CC-0"}
    ]
    page = preview(hugo, "units", as_csv(units)).text
    assert "Apply this file" in page
    send_file(hugo, "/people/import", "units", as_csv(units), digest=digest(hugo))
    assert "The firm" in hugo.open("/people/olga").text


def test_a_move_shows_which_tasks_it_takes_along_before_it_does(review: Review) -> None:
    # Given Ben, who has begun to review Ann, and a file that gives Ann to Mara
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    task, hugo = review.task("manager_review", "ann"), review.browser("hugo")
    content = moves_file((review.now.date().isoformat(), "ann", "manager", "mara"))
    # When HR looks at the file
    page = preview(hugo, "moves", content).text
    # Then it names the task, from whom, to whom and why; and nobody has lost anything
    assert "Tasks that change hands (1)" in page
    assert "Manager review" in page
    assert review.again(task).assignee == "ben"
    with review.factory() as session:
        versions = session.scalars(select(PersonVersion).where(PersonVersion.person_id == "ann")).all()
    assert {version.manager_id for version in versions} == {"ben"}
    # When it is applied, the task is Mara's.
    send_file(hugo, "/people/import", "moves", content, digest=digest(hugo))
    assert "1 open task handed on" in hugo.page.text
    assert review.again(task).assignee == "mara"


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("move", "1 open task will move. 1 draft: 1 shared with the new holder."),
        ("keep drafts", "0 open tasks will move. 1 draft: 1 kept by whoever has begun it."),
    ],
)
def test_r5_the_preview_says_what_becomes_of_drafts(review: Review, policy: str, told: str) -> None:
    with transaction(review.factory) as session:
        for instance in session.scalars(select(Instance)):
            instance.variables = {**instance.variables, "on_change": policy}
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    task = review.task("manager_review", "ann")
    with transaction(review.factory) as session:
        save_draft(session, task.id, {"results": "A good year"}, by="ben", now=review.now)

    page = preview(
        review.browser("hugo"), "moves", moves_file((review.now.date().isoformat(), "ann", "manager", "mara"))
    )

    assert told in page.text


def test_projects_move_no_tasks(review: Review) -> None:
    hugo, task = review.browser("hugo"), review.task("self_assessment", "ann")
    content = projects_file("Apollo,ann,member,2026-01-01,", "Apollo,carl,lead,2026-01-01,")
    assert "Apply this file" in preview(hugo, "projects", content).text
    send_file(hugo, "/people/import", "projects", content, digest=digest(hugo))
    assert "1 new, 0 changed, 0 open tasks handed on" in hugo.page.text
    assert review.again(task).assignee == "ann"
    assert "person does not exist" in preview(hugo, "projects", projects_file("Apollo,bob,lead,2026-01-01,")).text


def test_r12_a_move_asks_for_a_closing_review_that_the_new_manager_reads(review: Review) -> None:
    # Given a cycle that asks former managers, and a file that gives Ann to Mara
    with transaction(review.factory) as session:
        for root in session.scalars(select(Instance).where(Instance.parent_id.is_(None))):
            root.variables = {**root.variables, "on_transfer": "closing review", "days_served": 1}
    review.travel(days=2)
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    hugo, content = review.browser("hugo"), moves_file((review.now.date().isoformat(), "ann", "manager", "mara"))
    # When HR looks at it, the page says what becomes of the case; then HR applies it
    assert "the former manager writes a closing review" in preview(hugo, "moves", content).text
    send_file(hugo, "/people/import", "moves", content, digest=digest(hugo))
    review.travel(minutes=1)
    # And Ben writes, who had her until then
    closing, ben = review.task("closing_review_step", "ann"), review.browser("ben")
    page = ben.open(f"/tasks/{closing.id}").text
    assert "You were Ann’s manager until" in page
    mara, address = review.browser("mara"), f"/tasks/{review.task('manager_review', 'ann').id}"
    assert "Halved the returns" not in mara.open(address).text
    assert "the former manager is asked for a closing review" in mara.page.text
    results = "Halved the returns of the Lagos line within two quarters, with the night shift."
    hand_in(ben, closing, can_judge="yes", results=results)
    # Then Mara has it beside the review that she writes, and the file of the case says how it came about.
    assert "Halved the returns" in mara.open(address).text
    assert "the former manager is asked for a closing review" in hugo.open("/cycles/1/people/ann").text


def test_a_script_gets_the_report_alone_and_is_led_on_after_applying(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    hugo.open("/people/import")
    content = people_file([*cast(), person("zoe", "ben")])
    token = hugo.token()

    def post(address: str, **fields: str) -> TestResponse:
        data = {"csrf_token": token, "kind": "people", "file": (io.BytesIO(content), "people.csv"), **fields}
        return hugo.client.post(address, data=data, headers={"HX-Request": "true"})

    hugo.page = post("/people/import/preview")
    assert "<html" not in hugo.page.text
    assert post("/people/import", digest=digest(hugo)).headers["HX-Redirect"] == "/people"


def test_an_employee_s_file_reaches_nobody(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    ann = open_browser("ann")
    ann.open("/account")
    content = people_file([*cast(), person("zoe", "ben")])
    assert send_file(ann, "/people/import", "people", content).status_code == 403
    with factory() as session:
        assert session.get(Person, "zoe") is None


def test_the_newest_import_is_taken_back_after_a_look(review: Review) -> None:
    # Given an import by which a review that Ben has to write goes to Mara
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    hugo = review.browser("hugo")
    content = moves_file((review.now.date().isoformat(), "ann", "manager", "mara"))
    preview(hugo, "moves", content)
    send_file(hugo, "/people/import", "moves", content, digest=digest(hugo))
    assert review.task("manager_review", "ann").assignee == "mara"
    # When HR looks at what taking it back would do, nothing is done
    hugo.open("/people/import")
    assert "Take the last one back" in hugo.page.text
    hugo.open("/people/import/undo")
    assert hugo.heading == "Take “moves.csv” back?"
    assert "Open tasks go back" in hugo.page.text
    assert "It is as before the import." in hugo.page.text
    assert review.task("manager_review", "ann").assignee == "mara"
    # When it is taken back, then it is as before, and once is enough.
    found = re.search(r'name="import_id" value="(\d+)"', hugo.page.text)
    assert found
    hugo.send("/people/import/undo", import_id=found.group(1))
    assert "moves.csv is taken back, and 1 task with it." in hugo.page.text
    assert review.task("manager_review", "ann").assignee == "ben"
    assert hugo.send("/people/import/undo", import_id=found.group(1)).status_code == 409
    assert "There is nothing to take back" in hugo.open("/people/import/undo").text


def test_a_look_at_taking_back_is_not_disturbed_by_a_worker(review: Review) -> None:
    # Given an import, and a worker that writes just when HR opens the page
    hugo = review.browser("hugo")
    content = moves_file((review.now.date().isoformat(), "ann", "manager", "mara"))
    preview(hugo, "moves", content)
    send_file(hugo, "/people/import", "moves", content, digest=digest(hugo))
    engine, written = review.factory.kw["bind"], list[str]()

    def write(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT") and not written:
            written.append(statement)
            with transaction(review.factory) as session:
                session.execute(update(Import).values(file_name="other.csv"))

    event.listen(engine, "after_cursor_execute", write)
    # When she looks
    hugo.open("/people/import/undo")
    event.remove(engine, "after_cursor_execute", write)
    # Then it is shown as it is by then
    assert written
    assert hugo.heading == "Take “other.csv” back?"
