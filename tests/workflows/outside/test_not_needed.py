"""What somebody outside is told when a task they were asked for is not theirs any more, or is due on another day."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine import Assignment, extending, hand_out_again, instances, reopening, suspending, tasks
from engine.database import transaction
from engine.models import Task
from tests.workflows.notifications.test_mailing import MONDAY, Postbox
from tests.workflows.outside.feedback import GIVEN, WORDS, nominate, package
from tests.workflows.outside.test_asking_outside import again, kinds_to, links_to
from tests.workflows.small_cycle import SmallCycle, counted, empty_database
from webapp.mail.composing import compose
from webapp.mail.links import Links
from workflows.notifications.deciding import LinkIsOver
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import CHANGED, EXTENDED, NEW_TASK, NOT_NEEDED, REMINDER
from workflows.notifications.post import Letter, use_post
from workflows.outside.handing import write_to
from workflows.outside.links import hand_in, open_link
from workflows.reviews.recalling import recall

VERA_AT = "vera@client.example"


def asked(cycle: SmallCycle) -> Task:
    """Ann has named Vera, who has got her mail."""
    task = nominate(cycle)
    cycle.travel(days=1)
    return task


def text_of(letter: Letter) -> str:
    """The words of a mail as it goes out."""
    message = compose(letter, Links("https://r.example", "key" * 20), sender="r@r.example", now=MONDAY)
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def to_somebody_else(cycle: SmallCycle, task: Task) -> None:
    with transaction(cycle.factory) as session:
        tasks.reassign(session, task.id, to="carl", by="hugo", reason="Secret.", now=cycle.now)


def to_the_group(cycle: SmallCycle, task: Task) -> None:
    with transaction(cycle.factory) as session:
        to = Assignment(None, "hr", task.explanation)
        hand_out_again(session, task.id, to, by=None, reason="It was not done in time.", now=cycle.now)


def taken_back_by_the_manager(cycle: SmallCycle, task: Task) -> None:
    with transaction(cycle.factory) as session:
        tasks.take_back(session, task.id, by="ben", now=cycle.now)


def passed_over(cycle: SmallCycle, task: Task) -> None:
    with transaction(cycle.factory) as session:
        tasks.pass_over(session, task.id, by=None, reason="It was not done in time.", now=cycle.now)


def cancelled(cycle: SmallCycle, task: Task) -> None:
    with transaction(cycle.factory) as session:
        instances.cancel(session, task.instance_id, by="hugo", reason="Ann leaves.", now=cycle.now)


def cancelled_with_the_cycle(cycle: SmallCycle, task: Task) -> None:
    with transaction(cycle.factory) as session:
        instances.cancel(session, task.root_id, by="hugo", reason="Never mind.", now=cycle.now)


def opened_before(cycle: SmallCycle, task: Task) -> None:
    with cycle.factory() as session:
        [named] = session.query(Task).filter(Task.step == "nominate", Task.state == "completed")
    with transaction(cycle.factory) as session:
        reopening.reopen(session, named.id, by="hugo", reason="Another one.", now=cycle.now)


def recalled(cycle: SmallCycle, task: Task) -> None:
    with cycle.factory() as session:
        [named] = session.query(Task).filter(Task.step == "nominate", Task.state == "completed")
    with transaction(cycle.factory) as session:
        recall(session, named.id, by="ann", now=cycle.now)


Happening = Callable[[SmallCycle, Task], None]


@pytest.mark.parametrize(
    "happens",
    [
        to_somebody_else,
        to_the_group,
        taken_back_by_the_manager,
        passed_over,
        cancelled,
        cancelled_with_the_cycle,
        opened_before,
        recalled,
    ],
)
def test_whoever_was_asked_is_told_that_it_is_not_needed(
    clients: SmallCycle, postbox: Postbox, happens: Happening
) -> None:
    task = asked(clients)
    happens(clients, task)
    clients.work().travel(days=2)
    assert kinds_to(postbox, task.assignee) == [NEW_TASK, NOT_NEEDED]
    text = text_of(postbox.to(task.assignee or "")[-1])
    assert "“Client feedback” for Ann is not needed any more. There is nothing left for you to do" in text
    # Neither a way in nor a word about why.
    assert "http" not in text
    assert not any(word in text for word in ("Secret", "leaves", "Never mind", "not done", "Another"))
    [link] = links_to(postbox)
    with clients.factory() as session, pytest.raises(LinkIsOver, match=r"There is nothing left for you to do"):
        open_link(session, link, clients.now)


def test_a_timer_that_ends_the_step_tells_them() -> None:
    timer = """<bpmn:boundaryEvent id="late" attachedToRef="feedback"><bpmn:timerEventDefinition>
<bpmn:timeDuration>P12D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:sequenceFlow id="f5" sourceRef="late" targetRef="read"/>"""
    files = package()
    drawn = files["clients.bpmn"].decode().replace('<bpmn:userTask id="read"', f'{timer}<bpmn:userTask id="read"')
    with empty_database("sqlite://") as factory:
        cycle, postbox = SmallCycle(factory).launch({**files, "clients.bpmn": drawn.encode()}), Postbox()
        use_post(factory, postbox)
        cycle.now = MONDAY
        task = nominate(cycle)
        cycle.travel(days=16)
        assert [one.assignee for one in cycle.open("read", "ann")] == ["ben"]
        assert kinds_to(postbox, task.assignee) == [NEW_TASK, REMINDER, NOT_NEEDED]


def test_the_process_goes_on_without_them_when_it_is_overdue() -> None:
    with empty_database("sqlite://") as factory:
        given = f'{GIVEN} rf:whenOverdue="advance"'
        cycle, postbox = SmallCycle(factory).launch(package(given)), Postbox()
        use_post(factory, postbox)
        cycle.now = MONDAY
        task = nominate(cycle)
        cycle.travel(days=16)
        assert again(cycle, task).state == "cancelled"
        assert kinds_to(postbox, task.assignee)[-1] == NOT_NEEDED


def test_nobody_is_told_who_was_never_asked_or_has_done_it(clients: SmallCycle, postbox: Postbox) -> None:
    # The mail had not gone out when Ann was cancelled.
    early = nominate(clients)
    cancelled(clients, early)
    clients.work().travel(days=1)
    assert postbox.to(early.assignee or "") == []
    # Vera has handed in for Dora.
    task = nominate(clients, "dora")
    clients.travel(days=1)
    with transaction(clients.factory) as session:
        hand_in(session, links_to(postbox)[-1], WORDS, clients.now)
    cancelled(clients, task)
    clients.work().travel(days=1)
    assert kinds_to(postbox, task.assignee) == [NEW_TASK]


def test_nobody_is_told_who_is_asked_again_at_once(clients: SmallCycle, postbox: Postbox) -> None:
    # Ann takes it back, and names Vera again with her name put right.
    task = asked(clients)
    recalled(clients, task)
    renamed = nominate(clients, client_name="Dr. Vera Klein")
    clients.work().travel(days=1)
    letters = [letter for letter in postbox.letters if letter.address == VERA_AT]
    assert [(letter.name, [item.kind for item in letter.items]) for letter in letters] == [
        ("Vera Klein", [NEW_TASK]),
        ("Dr. Vera Klein", [NEW_TASK]),
    ]
    # And under the same name.
    recalled(clients, renamed)
    nominate(clients, client_name="Dr. Vera Klein")
    clients.work().travel(days=1)
    assert kinds_to(postbox, renamed.assignee) == [NEW_TASK, NEW_TASK]


def test_whoever_gets_it_back_is_written_to_once_more(clients: SmallCycle, postbox: Postbox) -> None:
    task = asked(clients)
    for address, name in (("otto@client.example", "Otto"), (VERA_AT, "Vera Klein")):
        with transaction(clients.factory) as session:
            write_to(session, task.id, address=address, name=name, by="hugo", reason="So.", now=clients.now)
        clients.work().travel(days=1)
    assert kinds_to(postbox, task.assignee) == [NEW_TASK, NOT_NEEDED, NEW_TASK]
    with clients.factory() as session:
        assert open_link(session, links_to(postbox)[-1], clients.now).name == "Vera Klein"


def test_more_time_is_told_with_the_day_alone(clients: SmallCycle, postbox: Postbox) -> None:
    task = asked(clients)
    assert task.due_at is not None
    due = task.due_at + timedelta(days=7)
    with transaction(clients.factory) as session:
        extending.extend(session, task.id, due=due, by="hugo", reason="A secret.", now=clients.now)
    clients.work().travel(days=1)
    assert kinds_to(postbox, task.assignee) == [NEW_TASK, EXTENDED]
    letter = postbox.to(task.assignee or "")[-1]
    assert [item.text for item in letter.items] == ["You have until 10 December 2026 for “Client feedback” for Ann."]
    text = text_of(letter)
    assert "secret" not in text
    assert "https://r.example/outside/" in text
    with clients.factory() as session:
        assert open_link(session, links_to(postbox)[-1], clients.now).found.task.due_at == due
    # What they have handed in by then is told no more.
    with transaction(clients.factory) as session:
        extending.extend(session, task.id, due=due + timedelta(days=1), by="hugo", reason="More.", now=clients.now)
        hand_in(session, links_to(postbox)[-1], WORDS, clients.now)
    clients.work().travel(days=1)
    assert len(postbox.to(task.assignee or "")) == 2


def test_it_costs_a_verb_one_statement_and_nothing_where_nobody_is_outside(
    clients: SmallCycle, postbox: Postbox
) -> None:
    with_vera = asked(clients)
    [without] = clients.open("nominate", "dora")
    costs = []
    for task in (with_vera, without):
        with transaction(clients.factory) as session, counted(clients.factory) as sent:
            instances.cancel(session, task.instance_id, by="hugo", reason="So.", now=clients.now)
        costs.append(len(sent))
    assert costs[0] - costs[1] == 1


def test_each_of_many_changes_keeps_its_link(clients: SmallCycle, postbox: Postbox) -> None:
    everybody = [task.subject or "" for task in clients.open("nominate")]
    held = [nominate(clients, who) for who in everybody]
    clients.travel(days=1)
    with transaction(clients.factory) as session:
        notices = [Notice(str(task.assignee), CHANGED, f"It is due later for {task.id}.", task.id) for task in held]
        inform(session, notices, clients.now)
    clients.work().travel(days=1)
    last = postbox.to(held[0].assignee or "")[-1]
    assert [item.kind for item in last.items] == [CHANGED] * len(everybody)
    assert len({item.form_link for item in last.items}) == len(everybody)


def test_another_day_after_a_pause_is_told(clients: SmallCycle, postbox: Postbox) -> None:
    task = asked(clients)
    with transaction(clients.factory) as session:
        suspending.suspend(session, task.instance_id, by="hugo", reason="A secret.", now=clients.now)
    clients.travel(days=7)
    with transaction(clients.factory) as session:
        suspending.resume(session, task.instance_id, by="hugo", reason="Back.", now=clients.now, shift=True)
    clients.work().travel(days=1)
    assert kinds_to(postbox, task.assignee) == [NEW_TASK, EXTENDED]
    [item] = postbox.to(task.assignee or "")[-1].items
    assert item.text == "You have until 10 December 2026 for “Client feedback” for Ann."
