"""Stories of mails: who gets one, in which, how often, and what becomes of those that do not arrive."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import tasks
from engine.database import transaction
from engine.models import Job, Task
from tests.workflows.people.cast import bring_people, bring_units, cast
from tests.workflows.small_cycle import LONG, MANAGER_REVIEW, SmallCycle, copied, counted, empty_database
from workflows.notifications.informing import Notice, inform
from workflows.notifications.mailing import APART, BACK_OFF, LONGEST
from workflows.notifications.models import (
    DIGEST,
    FAILED,
    MENTION,
    NEW_TASK,
    NOTICE,
    OVERDUE,
    RELEASE,
    SENT,
    SENT_BACK,
    UNKNOWN,
    VOTE,
    WAITING,
    Mail,
    Notification,
)
from workflows.notifications.planning import choose
from workflows.notifications.post import ACCEPTED, BROKEN, LATER, REFUSED, Delivery, Letter, use_post
from workflows.notifications.preferences import AT_ONCE, DAILY, INSIDE, KINDS, Preferences, preferences_of
from workflows.notifications.purging import PURGE
from workflows.notifications.undelivered import leave_unsent, list_undelivered, send_again
from workflows.people.models import Person, PersonVersion
from workflows.people.working_days import replace_holidays
from workflows.routing.absences import name_substitute, plan_absence

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""Nine o'clock where the cast is."""


@dataclass
class Postbox:
    """A post that keeps its letters, and answers as it is told: a list of answers for each mail, then accepted."""

    letters: list[Letter] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def send(self, letters: Sequence[Letter]) -> Iterator[Delivery]:
        for letter in letters:
            answer = self.answers.pop(0) if self.answers else ACCEPTED
            if answer == ACCEPTED:
                self.letters.append(letter)
            yield Delivery(letter.mail_id, answer, "" if answer == ACCEPTED else f"It was {answer}.")

    def to(self, person_id: str) -> list[Letter]:
        return [letter for letter in self.letters if letter.person_id == person_id]


@pytest.fixture
def postbox(cycle: SmallCycle) -> Postbox:
    """The mails of the cycle, on a Monday morning after the launch."""
    postbox = Postbox()
    use_post(cycle.factory, postbox)
    cycle.now = MONDAY
    return postbox


def tell(cycle: SmallCycle, *notices: Notice) -> None:
    """Tell people something now, and let the machine work."""
    with transaction(cycle.factory) as session:
        inform(session, notices, cycle.now)
    cycle.work()


def mails(cycle: SmallCycle) -> list[Mail]:
    with cycle.factory() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def mention(who: str, number: int = 0) -> Notice:
    return Notice(who, MENTION, f"Mention {number}.")


def texts(letters: Sequence[Letter]) -> list[list[str]]:
    return [[item.text for item in letter.items] for letter in letters]


def test_what_happens_together_is_one_mail_and_the_next_one_waits_a_while(cycle: SmallCycle, postbox: Postbox) -> None:
    tell(cycle, mention("ben", 1), mention("mara"))
    tell(cycle, mention("ben", 2))
    cycle.travel(minutes=1)
    assert texts(postbox.to("ben")) == [["Mention 1.", "Mention 2."]]
    assert texts(postbox.to("mara")) == [["Mention 0."]]
    tell(cycle, mention("ben", 3))
    cycle.travel(minutes=3)
    assert len(postbox.to("ben")) == 1
    cycle.now += APART
    cycle.work()
    assert texts(postbox.to("ben")) == [["Mention 1.", "Mention 2."], ["Mention 3."]]


def test_what_was_read_or_done_meanwhile_needs_no_mail(cycle: SmallCycle, postbox: Postbox) -> None:
    task = cycle.open("self_assessment", "ann")[0]
    tell(cycle, mention("ben"), Notice("ann", OVERDUE, "Overdue.", task.id))
    with transaction(cycle.factory) as session:
        session.scalars(select(Notification).where(Notification.person_id == "ben")).one().read_at = cycle.now
        tasks.complete(session, task.id, by="ann", now=cycle.now)
    cycle.travel(hours=2)
    assert [letter.person_id for letter in postbox.letters if letter.person_id in ("ann", "ben")] == []


def test_whoever_has_left_gets_no_mail(cycle: SmallCycle, postbox: Postbox) -> None:
    tell(cycle, mention("ben"))
    with transaction(cycle.factory) as session:
        for version in session.scalars(select(PersonVersion).where(PersonVersion.person_id == "ben")):
            version.status = "terminated"
    cycle.travel(hours=2)
    assert postbox.letters == []


def test_a_choice_applies_to_what_already_waits(cycle: SmallCycle, postbox: Postbox) -> None:
    tell(cycle, mention("ben"), mention("mara"), mention("olga"))
    with transaction(cycle.factory) as session:
        choose(session, "mara", Preferences({MENTION: INSIDE}), cycle.now)
        choose(session, "olga", Preferences({MENTION: DAILY}), cycle.now)
    cycle.travel(hours=3)
    assert [letter.person_id for letter in postbox.letters] == ["ben"]
    cycle.travel(days=1)
    assert [(letter.person_id, letter.kind) for letter in postbox.letters] == [("ben", NOTICE), ("olga", DIGEST)]


def test_a_new_task_is_told_by_mail_and_in_the_inbox_alone(cycle: SmallCycle, postbox: Postbox) -> None:
    cycle.travel(days=21, minutes=1)
    postbox.letters.clear()
    with counted(cycle.factory) as with_mail, transaction(cycle.factory) as session:
        cycle.submit(
            session, cycle.open("manager_review", "ann")[0], **MANAGER_REVIEW, overall_rating=1, rating_reason=LONG
        )
    assert sum("INSERT INTO notification" in statement for statement in with_mail) == 0, "no click waits for mails"
    cycle.work().travel(days=2)
    [letter] = [letter for letter in postbox.to("mara") if "Second-level" in letter.items[0].text]
    [item] = [item for item in letter.items if "Second-level" in item.text]
    assert item.text.startswith("“Second-level approval” for Ann waits for you. It is due on ")
    assert [(choice.label, choice.approves) for choice in item.choices] == [
        ("Approve the review", True),
        ("Send it back to the manager", False),
    ]
    # Nothing that the manager has written or rated is in any mail.
    written = " ".join(item.text for letter in postbox.letters for item in letter.items)
    assert LONG not in written
    assert "rating" not in written.lower()


def test_what_somebody_has_written_is_read_in_the_product_alone(cycle: SmallCycle, postbox: Postbox) -> None:
    task = cycle.open("self_assessment", "ben")[0]
    tell(
        cycle,
        Notice("ben", SENT_BACK, f"Mara sent it back: {LONG}", task.id),
        Notice("ben", VOTE, "The vote is settled: nobody is for it.", task.id),
        Notice("ben", "poem", LONG),
        Notice("ben", NEW_TASK, "“Self-assessment” waits for you.", task.id),
        Notice("ben", OVERDUE, "“Self-assessment” was due yesterday.", task.id),
    )
    cycle.travel(days=1)
    assert texts(postbox.to("ben")) == [
        [
            "Something you have a part in was sent back. Who did it and why you read in Reviewflow.",
            "A vote you have a part in is settled. What it came to you read in Reviewflow.",
            "There is something new for you in Reviewflow.",
            # Of what was told twice of the task that waits the newest.
            "“Self-assessment” was due yesterday.",
        ]
    ]


def test_a_holiday_where_somebody_works_is_a_day_off(cycle: SmallCycle, postbox: Postbox) -> None:
    with transaction(cycle.factory) as session:
        replace_holidays(session, f"country,site,day,name\nBR,,{MONDAY.date()},Holiday".encode())
    tell(cycle, mention("ben"))
    cycle.travel(hours=10)
    assert postbox.letters == []
    cycle.travel(hours=13)
    assert texts(postbox.to("ben")) == [["Mention 0."]]


def test_whoever_stands_in_is_told_what_has_come_to_them(cycle: SmallCycle, postbox: Postbox) -> None:
    cycle.travel(days=21, minutes=1)
    postbox.letters.clear()
    with transaction(cycle.factory) as session:
        today = cycle.now.date()
        absence = plan_absence(session, "ben", today, today + timedelta(days=30), by="ben", now=cycle.now)
        name_substitute(session, absence.id, "olga", now=cycle.now)
    cycle.work().travel(days=3)
    told = [item.text for letter in postbox.to("olga") for item in letter.items]
    assert any("“Manager review” for Ann waits for you, in place of Ben." in text for text in told)
    assert not any("waits for you" in item.text for letter in postbox.to("ben") for item in letter.items)


def test_what_the_server_does_not_take_is_tried_again_and_then_put_before_hr(
    cycle: SmallCycle, postbox: Postbox
) -> None:
    with transaction(cycle.factory) as session:
        choose(session, "ben", Preferences(quiet_from=time(0), quiet_to=time(0), on_days_off=True), cycle.now)
    postbox.answers = [LATER] * 2
    tell(cycle, mention("ben"))
    cycle.travel(minutes=1)
    assert [(mail.state, mail.attempts, mail.problem) for mail in mails(cycle)] == [(WAITING, 1, "It was later.")]
    for wait in BACK_OFF[:2]:
        cycle.now += wait
        cycle.work()
    assert texts(postbox.to("ben")) == [["Mention 0."]]
    assert mails(cycle)[0].state == SENT

    # When it is never taken, then it ends before HR; whoever sends it again begins anew.
    postbox.answers = [LATER] * (len(BACK_OFF) + 1)
    cycle.now += APART
    tell(cycle, mention("ben", 2))
    for wait in (timedelta(minutes=1), *BACK_OFF):
        cycle.now += wait
        cycle.work()
    with transaction(cycle.factory) as session:
        [lost] = list_undelivered(session)
        assert (lost.name, lost.address, lost.may_have_arrived) == ("Ben", "ben@company.example", False)
        send_again(session, lost.mail.id, cycle.now)
    cycle.work()
    assert texts(postbox.to("ben"))[1:] == [["Mention 2."]]


@pytest.mark.parametrize(("answer", "state"), [(REFUSED, FAILED), (BROKEN, UNKNOWN)])
def test_what_is_refused_or_uncertain_is_never_sent_again_by_itself(
    cycle: SmallCycle, postbox: Postbox, answer: str, state: str
) -> None:
    postbox.answers = [answer]
    tell(cycle, mention("ben"))
    cycle.travel(days=3)
    assert [mail.state for mail in mails(cycle) if mail.person_id == "ben"] == [state]
    with transaction(cycle.factory) as session:
        [lost] = list_undelivered(session)
        assert lost.may_have_arrived == (state == UNKNOWN)
        leave_unsent(session, lost.mail.id, cycle.now)
        assert list_undelivered(session) == []
    assert postbox.to("ben") == []


class Gone(Exception):
    """The process ends here."""


def test_a_process_that_dies_while_it_sends_leaves_a_mail_that_nobody_knows_about(
    cycle: SmallCycle, postbox: Postbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def die(_letters: Sequence[Letter]) -> Iterator[Delivery]:
        raise Gone

    monkeypatch.setattr(postbox, "send", die)
    tell(cycle, mention("ben"))
    cycle.travel(minutes=1)
    monkeypatch.undo()
    assert "has failed" in caplog.text
    cycle.now += LONGEST
    cycle.work()
    assert [mail.state for mail in mails(cycle)] == [UNKNOWN]
    assert postbox.letters == []


def test_without_mail_nothing_is_planned_and_nothing_costs_more(cycle: SmallCycle) -> None:
    with counted(cycle.factory) as sent, transaction(cycle.factory) as session:
        inform(session, [mention("ben")], cycle.now)
    assert [statement.split()[0] for statement in sent] == ["BEGIN", "SELECT", "INSERT"]
    with cycle.factory() as session:
        assert {one.mailing for one in session.scalars(select(Notification))} == {"none"}
        assert session.scalars(select(Job.kind).where(Job.kind.like("%mail%"))).all() == []


def test_a_release_goes_to_everybody_in_statements_that_do_not_grow(cycle: SmallCycle, postbox: Postbox) -> None:
    cycle.write_reviews().release()
    postbox.letters.clear()
    cycle.travel(days=4)
    told = {letter.person_id for letter in postbox.letters for item in letter.items if item.kind == RELEASE}
    with cycle.factory() as session:
        assert told == set(session.scalars(select(Task.subject).where(Task.step == "acknowledge")))


@pytest.fixture(scope="module")
def company() -> Iterator[SmallCycle]:
    """The people alone, without a cycle."""
    with empty_database("sqlite://") as factory:
        with transaction(factory) as session:
            bring_units(session)
            bring_people(session, cast())
        yield SmallCycle(factory)


ZONES = ("America/Sao_Paulo", "Europe/Berlin", "Asia/Tokyo", "Pacific/Apia")
events = st.lists(
    st.tuples(st.integers(0, 14 * 24 * 60), st.sampled_from(("ben", "mara", "olga")), st.sampled_from(sorted(KINDS))),
    max_size=15,
)
chosen_ways = st.dictionaries(st.sampled_from(sorted(KINDS)), st.sampled_from((AT_ONCE, DAILY, INSIDE)))
chosen = st.builds(
    Preferences,
    ways=chosen_ways,
    quiet_from=st.sampled_from([time(hour) for hour in (0, 13, 19, 22)]),
    quiet_to=st.sampled_from([time(hour) for hour in (0, 6, 9, 14)]),
    on_days_off=st.booleans(),
)


@settings(max_examples=25)
@given(
    events=events,
    wishes=st.fixed_dictionaries(dict.fromkeys(("ben", "mara", "olga"), chosen)),
    zones=st.fixed_dictionaries({who: st.sampled_from(ZONES) for who in ("ben", "mara", "olga")}),
    # A server that puts off the same mail more often than this is not asked again: HR is.
    answers=st.lists(st.sampled_from((ACCEPTED, LATER)), max_size=len(BACK_OFF)),
    pauses=st.lists(st.integers(1, 600), min_size=1, max_size=40),
)
def test_every_notification_is_mailed_once_or_not_wanted_by_mail(
    company: SmallCycle,
    events: list[tuple[int, str, str]],
    wishes: dict[str, Preferences],
    zones: dict[str, str],
    answers: list[str],
    pauses: list[int],
) -> None:
    with copied(company) as cycle:
        postbox = Postbox(answers=list(answers))
        use_post(cycle.factory, postbox)
        with transaction(cycle.factory) as session:
            _move_and_choose(session, wishes, zones, cycle.now)
        _live(cycle, events, pauses)
        with cycle.factory() as session:
            rows = session.scalars(select(Notification)).all()
            ways = preferences_of(session, wishes)
        # Of many tasks of groups one line tells, so what is in a letter is asked of the notifications.
        told = [
            (letter.person_id, one.id) for letter in postbox.letters for one in rows if one.mail_id == letter.mail_id
        ]
    wanted = [(one.person_id, one.id) for one in rows if ways[one.person_id].way(one.kind) != INSIDE]
    assert sorted(told) == sorted(wanted)
    assert len(rows) == len(events)


def _move_and_choose(session: Session, wishes: dict[str, Preferences], zones: dict[str, str], now: datetime) -> None:
    for who, wish in wishes.items():
        session.get_one(Person, who).time_zone = zones[who]
        choose(session, who, wish, now)


def _live(cycle: SmallCycle, events: list[tuple[int, str, str]], pauses: list[int]) -> None:
    """Let the events happen in order, with a machine that sleeps in between, and then all that is still to be done."""
    start, waits = cycle.now, list(pauses)
    for number, (minute, who, kind) in enumerate(sorted(events)):
        cycle.now = max(cycle.now, start + timedelta(minutes=minute))
        with transaction(cycle.factory) as session:
            inform(session, [Notice(who, kind, f"Event {number}.")], cycle.now)
        if waits:
            cycle.now += timedelta(minutes=waits.pop())
            cycle.work()
    while due := _next(cycle):
        cycle.now = max(cycle.now, due)
        cycle.work()


def _next(cycle: SmallCycle) -> datetime | None:
    """When there is something to do but forgetting what is old."""
    with cycle.factory() as session:
        return session.scalar(select(func.min(Job.due_at)).where(Job.kind != PURGE))
