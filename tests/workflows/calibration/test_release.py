"""Stories of the release: nothing before it, everything of one's own from it on."""

from sqlalchemy import select

from engine import registry
from engine.database import transaction
from engine.definitions import program_for
from engine.models import Instance
from tests.workflows.small_cycle import SmallCycle, counted, empty_database
from workflows.cycles.models import Case
from workflows.notifications.models import Notification
from workflows.notifications.reading import list_notifications
from workflows.reviews.models import Submission


def states(cycle: SmallCycle) -> set[tuple[str, str]]:
    with cycle.factory() as session:
        return {(form, state) for form, state in session.execute(select(Submission.form, Submission.state))}


def test_the_release_opens_every_case_at_once_and_tells_its_subject(cycle: SmallCycle) -> None:
    # Given calibrated reviews of which nobody has been told anything
    cycle.write_reviews(ann=3, ben=4)
    cycle.do("calibration_session")
    with cycle.factory() as session:
        assert {case.released_at for case in session.scalars(select(Case))} == {None}
        assert not [n for who in ("ann", "eva") for n in list_notifications(session, who) if n.kind == "release"]
    # When HR releases, with a message
    cycle.do("release", message="Talk to your manager in the next two weeks.")
    # Then every case is released at one moment, and everybody is told once, with a link to their own case.
    with cycle.factory() as session:
        assert {case.released_at for case in session.scalars(select(Case))} == {cycle.now}
        told = [n for n in list_notifications(session, "eva") if n.kind == "release"]
        leads_to = [session.get_one(Notification, n.id).case_id for n in told]
    assert [n.text for n in told] == [
        "Your review is ready for you to read: “Annual review 2026”. Talk to your manager in the next two weeks."
    ]
    assert leads_to == [cycle.case("eva").id]


def test_what_belongs_to_nobody_is_not_released(cycle: SmallCycle) -> None:
    cycle.write_reviews(ann=3).release()
    assert states(cycle) == {("manager-review", "released"), ("calibration", "submitted"), ("release", "submitted")}


def test_the_release_does_not_grow_with_the_cycle(cycle: SmallCycle) -> None:
    cycle.write_reviews(ann=3)
    with transaction(cycle.factory) as session:
        instance = session.get_one(Instance, cycle.root)
        step = program_for(session, instance.definition_id).step("release_results")
        call = registry.ServiceCall(instance, step, {}, {}, cycle.now)
        with counted(cycle.factory) as sent:
            registry.handlers["reviews.release"](session, call)
    assert len(sent) == 4


def test_a_release_on_every_database(database_url: str) -> None:
    with empty_database(database_url) as factory:
        cycle = SmallCycle(factory).launch().write_reviews(ann=3).release()
        assert ("manager-review", "released") in states(cycle)
        with factory() as session:
            assert list_notifications(session, "ann")
