"""Saved filters: kept, shared, and never more than what is asked."""

import pytest

from engine.database import transaction
from engine.errors import NotFound, Rejection
from tests.workflows.inbox.desk import BEN, HUGO, Desk
from tests.workflows.people.cast import NOW
from workflows.inbox.saving import delete_filter, list_filters, list_readers, save_filter, share_filter
from workflows.inbox.waiting import Holder

RITA, CARL = Holder.of("mara", ("hr",)), Holder.of("carl", ())


def save(desk: Desk, name: str = "Overdue", by: str = "ben") -> int:
    with transaction(desk.factory) as session:
        return save_filter(session, name, {"due": "overdue"}, by=by, now=NOW).id


def names(desk: Desk, holder: Holder) -> list[tuple[str, bool]]:
    with desk.factory() as session:
        return [(one.name, one.is_own) for one in list_filters(session, holder)]


def test_a_filter_is_shared_with_a_colleague_and_with_a_group(desk: Desk) -> None:
    own, of_hr = save(desk), save(desk, "For HR", by="hugo")
    with transaction(desk.factory) as session:
        share_filter(session, own, emails=["CARL@company.example"], groups=[], holder=BEN)
        share_filter(session, of_hr, emails=[], groups=["hr"], holder=HUGO)
    assert names(desk, BEN) == [("Overdue", True)]
    assert names(desk, CARL) == [("Overdue", False)]
    assert names(desk, RITA) == [("For HR", False)]
    with desk.factory() as session:
        assert list_readers(session, "ben")[own].emails == ["carl@company.example"]
    # Taken back, it is gone for the others.
    with transaction(desk.factory) as session:
        share_filter(session, own, emails=[], groups=[], holder=BEN)
    assert names(desk, CARL) == []


def test_the_same_name_again_replaces_what_is_asked(desk: Desk) -> None:
    assert save(desk) == save(desk, " Overdue ")
    assert names(desk, BEN) == [("Overdue", True)]


def test_only_its_owner_changes_a_filter(desk: Desk) -> None:
    own = save(desk)
    with desk.factory() as session:
        with pytest.raises(NotFound):
            share_filter(session, own, emails=[], groups=[], holder=CARL)
        with pytest.raises(NotFound):
            delete_filter(session, own, by="carl")
    with transaction(desk.factory) as session:
        delete_filter(session, own, by="ben")
    assert names(desk, BEN) == []


def test_what_makes_no_sense_is_refused(desk: Desk) -> None:
    own = save(desk)
    with desk.factory() as session:
        with pytest.raises(Rejection, match="nobody@else"):
            share_filter(session, own, emails=["nobody@else.example"], groups=[], holder=BEN)
        with pytest.raises(Rejection, match="groups that you belong to"):
            share_filter(session, own, emails=[], groups=["hr"], holder=BEN)
        with pytest.raises(Rejection, match="name"):
            save_filter(session, "  ", {}, by="ben", now=NOW)
