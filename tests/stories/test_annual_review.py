"""The annual review of a whole company, from the launch to the last case closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import clock
from engine.database import SessionFactory, connect, create_session_factory, transaction
from engine.models import HistoryEntry, Incident, Instance, Job, Task
from tests.stories.company import Company, executive_people, launch_annual_review, move_in
from workflows.cycles.models import Case, Cycle
from workflows.cycles.progress import progress_of
from workflows.cycles.stoppages import find_stoppages
from workflows.installing import install
from workflows.notifications.models import Notification
from workflows.promotions.chain import verify_chain
from workflows.promotions.models import Signature
from workflows.reviews.models import Submission
from workflows.rewards.models import Proposal

DAYS = 90
OWN_STEPS = {"self_assessment", "acknowledge"}


@dataclass
class Played:
    """A cycle that was played to its end."""

    factory: SessionFactory
    company: Company
    cycle_id: int
    root_id: int


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: object, postgres_template: str
) -> Iterator[Played]:
    """Everybody of Northwind plays the annual review on PostgreSQL, some late and some never answering."""
    url = postgres_server.create_database(template=postgres_template)  # type: ignore[attr-defined]
    engine = connect(url)
    factory = create_session_factory(engine)
    install()
    try:
        yield _play(factory, tmp_path_factory.mktemp("sample"))
    finally:
        clock.come_home()
        engine.dispose()
        postgres_server.drop_database(url)  # type: ignore[attr-defined]


def _play(factory: SessionFactory, folder: Path) -> Played:
    with transaction(factory) as session:
        hr = move_in(session, folder, clock.now())
    with transaction(factory) as session:
        cycle = launch_annual_review(session, hr[0], clock.now())
        company = Company(factory, hr, executive_people(session))
    company.play(cycle.instance_id, DAYS)
    return Played(factory, company, cycle.id, cycle.instance_id)


class TestTheWholeCompany:
    def test_closes_every_case(self, played: Played) -> None:
        with played.factory() as session:
            states = dict(session.execute(select(Case.state, func.count()).group_by(Case.state)).all())
            cycle = session.get_one(Cycle, played.cycle_id)
            participants = session.scalar(select(func.count()).select_from(Case))
            members = session.scalar(select(func.count()).select_from(Instance).where(Instance.process == "conclude"))
        assert states == {"closed": participants}
        assert members == participants
        assert cycle.state == "closed"

    def test_leaves_nothing_open(self, played: Played) -> None:
        with played.factory() as session:
            assert session.scalar(select(func.count()).select_from(Task).where(Task.state == "open")) == 0
            assert session.scalar(select(func.count()).select_from(Job)) == 0
            assert session.scalars(select(Incident.problem)).all() == []
            assert set(session.scalars(select(Instance.state))) == {"completed"}

    def test_lets_nobody_decide_about_themselves(self, played: Played) -> None:
        with played.factory() as session:
            decided = session.scalars(
                select(Task.step).where(Task.closed_by == Task.subject, Task.step.not_in(OWN_STEPS))
            ).all()
            approved_twice = session.scalars(
                select(Proposal.id).where(Proposal.proposed_by == Proposal.person_id)
            ).all()
        assert decided == []
        assert approved_twice == []

    def test_counts_add_up(self, played: Played) -> None:
        done = played.company.completed
        with played.factory() as session:
            participants = session.scalar(select(func.count()).select_from(Case))
            completed = dict(
                session.execute(
                    select(Task.step, func.count()).where(Task.state == "completed").group_by(Task.step)
                ).all()
            )
            submissions = session.scalar(
                select(func.count()).select_from(Submission).where(Submission.submitted_at.is_not(None))
            )
            proposals = session.scalar(select(func.count()).select_from(Proposal))
            recorded = session.scalar(
                select(func.count()).select_from(HistoryEntry).where(HistoryEntry.kind == "task_completed")
            )
        assert completed == dict(done)
        assert submissions == recorded == done.total()
        assert done["propose_reward"] == participants
        assert done["acknowledge"] + done["record_no_answer"] == participants
        assert done["manager_review"] == participants + done["second_approval"] - _extreme(played)
        assert done["approve_reward"] == proposals

    def test_goes_on_without_those_who_never_answered(self, played: Played) -> None:
        with played.factory() as session:
            skipped = session.scalar(
                select(func.count()).select_from(Task).where(Task.step == "self_assessment", Task.state == "cancelled")
            )
            reminded = session.scalar(select(func.count()).select_from(Notification))
        assert skipped
        assert played.company.completed["record_no_answer"] == skipped
        assert reminded

    def test_confirms_every_changed_rating(self, played: Played) -> None:
        assert played.company.recalibrated > 0
        assert played.company.completed["confirm_narrative"] == played.company.recalibrated

    def test_signs_promotions_in_a_chain_that_holds(self, played: Played) -> None:
        with played.factory() as session:
            signatures = session.scalar(select(func.count()).select_from(Signature))
            check = verify_chain(session, played.root_id)
        assert signatures == played.company.completed["executive_signoff"] > 0
        assert check.count == signatures
        assert check.problems == []

    def test_shows_a_finished_picture(self, played: Played) -> None:
        with played.factory() as session:
            cycle = session.get_one(Cycle, played.cycle_id)
            progress = progress_of(session, cycle, clock.now())
            stoppages = find_stoppages(session, viewer="", root_id=played.root_id, limit=1)
        assert progress.closed == progress.cases
        assert all(step.open == 0 for step in progress.steps)
        assert stoppages.total == 0


def _extreme(played: Played) -> int:
    """How many second-level approvals ended the writing; every other one sent the review back to its writer."""
    with played.factory() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Instance)
                .where(
                    Instance.process == "write_review", Instance.variables["second_outcome"].as_string() == "approve"
                )
            )
            or 0
        )
