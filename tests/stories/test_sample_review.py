"""The annual review of the invented company that every clone has at hand, on SQLite, as on anybody's own machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from engine import clock
from engine.database import connect, create_session_factory, transaction
from engine.models import Incident, Job, Task
from tests.stories.company import Company, bring, executive_people, launch_annual_review
from workflows.cycles.models import Case, Cycle
from workflows.cycles.population import STANDARD, preview
from workflows.cycles.progress import progress_of
from workflows.installing import install
from workflows.migrations import upgrade
from workflows.people.sample import write_sample
from workflows.reviews.models import Submission

DAYS = 90
LAUNCH = datetime(2026, 11, 23, 8, tzinfo=UTC)


@dataclass
class Played:
    """The company after its review, and how many people were to take part."""

    company: Company
    root_id: int
    foreseen: int


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Everybody of the sample plays the annual review, some late and some never answering."""
    folder = tmp_path_factory.mktemp("sample")
    url = f"sqlite:///{folder / 'review.db'}"
    engine = connect(url)
    upgrade(engine)
    factory = create_session_factory(engine)
    install()
    write_sample(folder, LAUNCH.date())
    clock.travel(seconds=(LAUNCH - clock.now()).total_seconds())
    try:
        with transaction(factory) as session:
            hr = bring(session, folder, clock.now())
        with transaction(factory) as session:
            foreseen = len(preview(session, STANDARD, clock.now().date()).participants)
            root_id = launch_annual_review(session, hr[0], clock.now()).instance_id
            company = Company(factory, hr, executive_people(session))
        company.play(root_id, DAYS)
        yield Played(company, root_id, foreseen)
    finally:
        clock.come_home()
        engine.dispose()


def test_the_cycle_comes_to_its_end(played: Played) -> None:
    with played.company.factory() as session:
        cycle = session.scalars(select(Cycle)).one()
        seen = progress_of(session, cycle, clock.now())
        states = dict(session.execute(select(Case.state, func.count()).group_by(Case.state)).all())
    assert cycle.state == "closed"
    assert states == {"closed": played.foreseen}
    assert (seen.cases, seen.closed) == (played.foreseen, played.foreseen)


def test_nothing_is_left_over_and_nothing_was_stuck(played: Played) -> None:
    with played.company.factory() as session:
        assert session.scalar(select(func.count()).where(Task.state == "open")) == 0
        assert session.scalar(select(func.count()).select_from(Job)) == 0
        assert session.scalars(select(Incident.problem)).all() == []


def test_everybody_got_a_review_and_an_answer(played: Played) -> None:
    done = played.company.completed
    with played.company.factory() as session:
        reviewed = session.scalars(select(Submission.subject).where(Submission.step == "manager_review").distinct())
        assert len(reviewed.all()) == played.foreseen
        handed_in = session.scalar(
            select(func.count()).select_from(Submission).where(Submission.submitted_at.is_not(None))
        )
    assert handed_in == done.total()
    assert done["acknowledge"] + done["record_no_answer"] == done["propose_reward"] == played.foreseen


def test_all_that_was_handed_in_about_a_person_is_released_or_came_afterwards(played: Played) -> None:
    before = ("self_assessment", "manager_review", "second_approval", "confirm_narrative")
    with played.company.factory() as session:
        states = set(session.scalars(select(Submission.state).where(Submission.step.in_(before))))
        ratings = session.scalars(select(Case).where(Case.calibrated_rating.is_not(None))).all()
    assert states == {"released"}
    assert len(ratings) == played.company.recalibrated
    assert all(case.final_rating == case.calibrated_rating != case.rating for case in ratings)
