"""The pictures of the documentation: the demo company at work, as a real browser shows it. Run by make screenshots."""

import logging
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from engine import clock
from engine.database import SessionFactory, connect, create_session_factory, transaction
from engine.models import Instance, Task
from tests.services.browser import FLAGS, provide_chromium
from tests.services.listening import act_on_pages_that_listen
from tests.stories.company import ROOT, Company, executive_people, hr_people
from webapp import create_app
from webapp.commands.demo_answers import write_answers
from webapp.commands.demo_company import PASSWORD, prepare
from webapp.commands.dry_runs import play_kept
from webapp.settings import Settings
from workflows.calibration.changing import change_rating
from workflows.cycles.models import Case, Cycle
from workflows.designs.changing import save_file
from workflows.designs.outline.changing import add_step
from workflows.designs.reading import read_file
from workflows.designs.starting import start_from_definition, start_from_shipped
from workflows.designs.steps import edit_steps
from workflows.installing import install
from workflows.migrations import upgrade
from workflows.people.models import Person
from workflows.reviews.submitting import save_draft, submit
from workflows.simulation.pairing import Source, ask_for_pair
from workflows.walking.keeping import keep_walk
from workflows.walking.playing import Course, set_out

PICTURES = ROOT / "docs" / "pictures"
SIZES: dict[str, ViewportSize] = {"": {"width": 1280, "height": 800}, "-phone": {"width": 390, "height": 844}}
LARGEST = 200_000
WRITING = ("self_assessment", "manager_review", "second_approval")


@dataclass(frozen=True)
class Picture:
    """A page to be taken: the name of its file, who looks at it, its address, and the button to press on it."""

    name: str
    person: str
    address: str
    button: str = ""


def main(names: Collection[str]) -> None:
    """Play the demo, and take its pictures at two moments: while reviews are written, and at their calibration.

    Where `names` are given, these pictures alone.
    """
    install()
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=f"sqlite:///{folder}/pictures.db")
        engine = connect(settings.database_url)
        upgrade(engine)
        factory = create_session_factory(engine)
        prepare(factory, None)
        with served(settings, factory) as site, browser() as chromium:
            with transaction(factory) as session:
                pictures = [*pictures_of_the_designer(session), *pictures_of_writing(session)]
            take(chromium, site, factory, only(names, pictures))
            for moment, begin in MOMENTS.items():
                if not names or moment in names:
                    take(chromium, site, factory, begin(factory))
        engine.dispose()


def only(names: Collection[str], pictures: list[Picture]) -> list[Picture]:
    """Those that are wanted; without names all of them."""
    return [picture for picture in pictures if not names or picture.name in names]


def pictures_of_writing(session: Session) -> list[Picture]:
    """What people see in the first days of the annual review, and at the end of the review before."""
    annual, before = cycle_called(session, "Annual review"), cycle_called(session, "Mid-year review")
    hr = hr_people(session)[0]
    reading, signing = open_task(session, before, "acknowledge"), open_task(session, before, "executive_signoff")
    proposing = open_task(session, before, "propose_reward")
    manager = str(proposing.assignee)
    review = session.scalars(
        select(Task)
        .where(Task.root_id == annual.instance_id, Task.step == "manager_review")
        .where(Task.state == "open", Task.assignee == manager)
        .order_by(Task.id)
    ).first()
    assert review is not None
    answers = write_answers(review.step, str(review.subject), clock.now().date())
    save_draft(session, review.id, answers, by=manager, now=clock.now())
    case = session.scalars(select(Case).where(Case.cycle_id == before.id, Case.person_id == reading.subject)).one()
    return [
        Picture("inbox", manager, "/inbox"),
        Picture("task", manager, f"/tasks/{review.id}"),
        Picture("whole-process", manager, f"/tasks/{review.id}", button="The whole process"),
        Picture("my-review", case.person_id, f"/my-review/{case.id}"),
        Picture("cycle-progress", hr, f"/cycles/{annual.id}"),
        Picture("cycle-diagram", hr, f"/cycles/{annual.id}#diagram-heading"),
        Picture(
            "launch-preview",
            hr,
            "/cycles/new?process=annual_review&name=Annual+review+2027&period_from=2027-01-01&period_to=2027-12-31",
        ),
        Picture("executive-decision", str(signing.assignee), f"/decisions/{signing.id}"),
    ]


def pictures_of_the_designer(session: Session) -> list[Picture]:
    """HR changes the second approval of the annual review, in the diagram and in the list, and builds a form."""
    hr, path = hr_people(session)[0], "annual_review.bpmn"
    design = start_from_shipped(session, "annual_review", "", by=hr, now=clock.now())
    diagram = read_file(session, design.id, path)
    changed = diagram.content.replace(b'rf:remind="P7D P1D"', b'rf:remind="P5D P2D"')
    save_file(session, design.id, path, changed, based_on=diagram.revision, by=hr, now=clock.now())
    return [
        Picture("designer", hr, f"/designer/{design.id}/diagram#second_approval"),
        Picture("step-list", hr, f"/designer/{design.id}/steps"),
        Picture("form-builder", hr, f"/designer/{design.id}/forms/manager-review"),
        Picture("decision-table", hr, f"/designer/{design.id}/tables/reward_approval"),
        Picture("library", hr, "/designer"),
        Picture("publication", hr, f"/designer/{design.id}/publication"),
    ]


def pictures_of_dry_runs(factory: SessionFactory) -> list[Picture]:
    """HR compares the annual review with a draft in which they read each review, and looks at the dry run of it."""
    with transaction(factory) as session:
        hr, published = hr_people(session)[0], cycle_called(session, "Annual review").definition_id
        design = start_from_definition(session, published, "Annual review with HR", by=hr, now=clock.now()).id
        add = partial(
            add_step, place="after:manager_review", kind="person", name="HR reads the review", actor="HR partner"
        )
        edit_steps(session, design, add, "Added a step", based_on=1, by=hr, now=clock.now())
        before, after = Source(definition_id=published), Source(design_id=design)
        runs = [run.id for run in ask_for_pair(session, before, after, by=hr, now=clock.now())]
    for run in runs:
        play_kept(factory, run)
    compared = f"/comparisons?before=published-{published}&after=draft-{design}"
    return [
        Picture("comparison", hr, compared),
        Picture("comparison-runs", hr, f"{compared}#chart-1"),
        Picture("dry-run", hr, f"/dry-runs/{runs[1]}"),
        Picture("dry-run-charts", hr, f"/dry-runs/{runs[1]}#days-heading"),
    ]


def pictures_of_a_walk(factory: SessionFactory) -> list[Picture]:
    """HR walks through the annual review as the review of somebody else, before its launch."""
    with factory() as session:
        hr = hr_people(session)[0]
        definition = cycle_called(session, "Annual review").definition_id
        case = session.scalars(select(Case).order_by(Case.id)).first()
    assert case is not None
    course = Course(case.person_id, definition_id=definition)
    walk, first = set_out(factory, course, by=hr, now=clock.now())
    with transaction(factory) as session:
        return [Picture("walk-through", hr, f"/walks/{keep_walk(session, walk, first).id}")]


def finish_writing(factory: SessionFactory) -> None:
    """Let everybody write what the annual review asks them for, until the groups meet to calibrate."""
    with factory() as session:
        root = cycle_called(session, "Annual review").instance_id
        company = Company(factory, hr_people(session), executive_people(session))
    while waiting := written_next(factory, root):
        for task in waiting:
            by = task.assignee or company._colleague(task)
            with transaction(factory) as session:
                answers = write_answers(task.step, str(task.subject), clock.now().date())
                submit(session, task.id, answers, by=by, now=clock.now())
        company.let_machines_work()


def written_next(factory: SessionFactory, root: int) -> list[Task]:
    """The open tasks of the writing phase."""
    with factory() as session:
        found = select(Task).where(Task.root_id == root, Task.state == "open", Task.step.in_(WRITING))
        return list(session.scalars(found.order_by(Task.id)))


def pictures_of_calibration(factory: SessionFactory) -> list[Picture]:
    """The session of a group in which a few ratings have been changed."""
    finish_writing(factory)
    with transaction(factory) as session:
        return [change_some_ratings(session)]


def change_some_ratings(session: Session) -> Picture:
    """Let whoever leads the first session change two ratings, and look at it."""
    task = open_task(session, cycle_called(session, "Annual review"), "calibration_session")
    lead = str(task.assignee)
    group = session.get_one(Instance, task.instance_id).variables["group"]
    high = select(Case).where(Case.root_id == task.root_id, Case.calibration_group == group, Case.rating == 4)
    for case in session.scalars(high.where(Case.person_id != lead).order_by(Case.id).limit(2)):
        change_rating(session, case.id, 3, "The goals were easier than in the other teams.", by=lead, now=clock.now())
    return Picture("calibration", lead, f"/calibration/{task.id}")


def cycle_called(session: Session, name: str) -> Cycle:
    """The cycle of the demo whose name begins like this."""
    return session.scalars(select(Cycle).where(Cycle.name.startswith(name))).one()


def open_task(session: Session, cycle: Cycle, step: str) -> Task:
    """The first open task of a step that somebody holds."""
    held = select(Task).where(Task.root_id == cycle.instance_id, Task.step == step, Task.assignee.is_not(None))
    return session.scalars(held.where(Task.state == "open").order_by(Task.id).limit(1)).one()


@contextmanager
def served(settings: Settings, factory: SessionFactory) -> Iterator[str]:
    """The application on a port of its own."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, create_app(settings, session_factory=factory), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def browser() -> Iterator[Browser]:
    """The Chromium that the browser tests use."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=provide_chromium(), args=list(FLAGS))
        act_on_pages_that_listen(playwright, chromium)
        yield chromium
        chromium.close()


def take(chromium: Browser, site: str, factory: SessionFactory, pictures: list[Picture]) -> None:
    """Write each picture in each size into the folder of the documentation."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        with factory() as session:
            email = session.get_one(Person, picture.person).email
        context = chromium.new_context(locale="en-GB", reduced_motion="reduce")
        page = context.new_page()
        sign_in(page, site, email)
        for ending, size in SIZES.items():
            page.set_viewport_size(size)
            page.goto(site + picture.address)
            if picture.button:
                page.get_by_role("button", name=picture.button).click()
            page.wait_for_load_state("networkidle")
            path = PICTURES / f"{picture.name}{ending}.png"
            page.screenshot(path=path, animations="disabled")
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
            assert path.stat().st_size < LARGEST, "this picture is too large to be looked at on the way"
        context.close()


def sign_in(page: Page, site: str, email: str) -> None:
    """Come in as somebody of the demo."""
    page.goto(f"{site}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox")


MOMENTS: dict[str, Callable[[SessionFactory], list[Picture]]] = {
    "walk-through": pictures_of_a_walk,
    "calibration": pictures_of_calibration,
    "dry-run": pictures_of_dry_runs,
}
"""What has to be played first, by the name of the picture for which it is."""


if __name__ == "__main__":
    main(sys.argv[1:])
