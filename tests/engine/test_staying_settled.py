"""A step that several people have settled stays settled when the case comes back to it, as what one has approved."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, registry, reopening
from engine.database import transaction
from engine.errors import NotAllowed
from engine.models import Task
from tests.engine.drawing import draw, person
from tests.engine.playing import Play
from tests.engine.test_sending_back import offered, send_back, start
from tests.engine.test_shared import SharingCompany, contribute, go_on

REVIEW = draw(
    "start > write > decide > check > sign > end",
    person("write"),
    person("decide", actor="ann bob zoe", vote="all", sets="decision=outcome"),
    person("check", actor="cleo"),
    person("sign", actor="eve"),
)


class WithoutBob(SharingCompany):
    """The same, but Bob may not decide any more."""

    def check(self, session: Session, task: Task, variables: dict[str, Any], actor: str, now: datetime) -> None:
        if actor == "bob":
            raise NotAllowed("Not Bob.")


def decide(play: Play, outcome: str = "approve") -> None:
    """Two of three do their part, and it is settled."""
    contribute(play, "ann")
    contribute(play, "bob")
    go_on(play, outcome=outcome)


def settle(play: Play) -> int:
    """It was settled, and the case was sent back from the last step to the first."""
    registry.use_router(SharingCompany())
    instance_id = start(play, REVIEW)
    play.complete("write")
    assert offered(play, "decide") == []
    decide(play)
    play.complete("check")
    sent = send_back(play, "sign", "write")
    assert sent.staying == {"decide", "check"}
    return instance_id


def test_it_stays_settled_when_the_same_is_handed_in_again(play: Play) -> None:
    instance_id = settle(play)
    play.complete("write")
    assert play.open() == ["sign"]
    assert [step for kind, step in play.history(instance_id) if kind == "step_stays"] == ["decide", "check"]
    assert play.instance(instance_id).variables["decision"] == "approve"


def test_it_is_settled_anew_when_something_else_is_handed_in(play: Play) -> None:
    settle(play)
    play.complete("write", amount=2)
    assert play.open() == ["decide"] * 3


def test_what_was_done_after_it_does_not_stay_when_it_comes_to_something_else(play: Play) -> None:
    settle(play)
    registry.use_router(WithoutBob())
    play.complete("write")
    assert play.open() == ["decide"] * 3, "one of those who have a part in it may not decide any more"
    registry.use_router(SharingCompany())
    decide(play, outcome="reject")
    assert play.open() == ["check"]


def test_what_was_begun_anew_and_not_settled_does_not_stay(play: Play) -> None:
    settle(play)
    play.complete("write", amount=2)
    contribute(play, "ann")
    with transaction(play.factory) as session:
        written = session.scalars(
            select(Task).where(Task.step == "write", Task.state == "completed").order_by(Task.id.desc())
        ).first()
        reopening.reopen(session, written.id, by="hugo", reason="The figures are old.", now=clock.now())
    assert play.open() == ["write"], "what the others have of it is withdrawn with it"
    play.complete("write", amount=2)
    assert play.open() == ["decide"] * 3
