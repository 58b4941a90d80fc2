"""What runs, but not as it was meant: told before it is published."""

from functools import partial

from tests.workflows.designs.desk import Desk
from workflows.designs import asking
from workflows.designs.asking import FormEdit, ReadyForm
from workflows.designs.form_questions import add_question
from workflows.designs.outline import changing, deciding, read_outline, settings, ways
from workflows.designs.outline.deciding import Answer

UNHEARD = "Whoever chooses “Reject” changes nothing: no way behind this step asks for the decision."
OUTCOME = Answer("check_it", "outcome", "string", "Your decision")


def approve(hugo: Desk) -> None:
    """Somebody of HR approves what was written."""
    hugo.add("after:write_it", "Check it", "HR partner")
    hugo.form(ReadyForm("check_it", ready="approval"))


def go_back(hugo: Desk, condition: str) -> None:
    hugo.edit(lambda draft: deciding.keep(draft, OUTCOME) or "")
    hugo.edit(partial(ways.go_back, place="after:check_it", target="write_it", condition=condition))


def test_a_rejection_that_nobody_asks_for_is_noted_until_it_ends_or_goes_back(hugo: Desk) -> None:
    approve(hugo)
    assert hugo.noted == {"check_it": UNHEARD}
    hugo.edit(lambda draft: deciding.keep(draft, OUTCOME) or "")
    assert hugo.noted == {"check_it": UNHEARD}
    # It is asked for by an end, or by a way back; a way in front of it that asks is none.
    hugo.edit(partial(asking.end_when_rejected, step="check_it", of_reward=False))
    assert hugo.noted == {}
    hugo.undo()
    go_back(hugo, 'outcome = "reject"')
    assert hugo.noted == {}


def test_a_vote_that_nobody_asks_for_is_noted(hugo: Desk) -> None:
    hugo.add("after:write_it", "Vote", "")
    hugo.edit(partial(settings.set_pattern, identifier="vote", pattern="majority"))
    hugo.edit(
        partial(
            settings.set_settings, identifier="vote", values={"actor": "everybody of group", "actorArgument": "board"}
        )
    )
    assert hugo.noted == {"vote": UNHEARD}


def test_whoever_decides_reads_what_was_handed_in(hugo: Desk) -> None:
    # Given a proposal that the manager writes, and a committee that votes on it
    hugo.add("after:write_it", "Propose it", "manager")
    hugo.form(FormEdit("propose_it", partial(add_question, label="Why now?", kind="textarea")))
    hugo.add("after:propose_it", "Vote", "")
    hugo.edit(partial(settings.set_pattern, identifier="vote", pattern="majority"))
    values = {"actor": "everybody of group", "actorArgument": "board"}
    hugo.edit(partial(settings.set_settings, identifier="vote", values=values))
    unread = "Whoever decides here reads nothing of what was handed in before, at “Propose it”."
    assert unread in hugo.problems_of("vote")
    # When those who vote read it, too, then nothing is noted of that any more.
    hugo.form(FormEdit("propose_it", partial(asking.set_readers, readers="approver")))
    assert unread not in hugo.problems_of("vote")


def test_whoever_decides_on_their_own_words_or_for_hr_reads_them(hugo: Desk) -> None:
    hugo.form(FormEdit("write_it", partial(add_question, label="What is it?", kind="textarea")))
    approve(hugo)
    assert hugo.noted == {"check_it": UNHEARD}


def test_an_answer_is_compared_with_what_it_can_be(hugo: Desk) -> None:
    approve(hugo)
    go_back(hugo, 'outcome >= "4"')
    (said,) = hugo.noted.values()
    assert said == "“Your decision” is answered with “Approve” or “Reject”, and is compared with “4” here."


def test_what_a_step_gave_is_missed_when_it_is_taken_away(hugo: Desk) -> None:
    hugo.form(FormEdit("write_it", partial(add_question, label="Rating", kind="rating")))
    hugo.add("after:write_it", "Read it", "manager")
    hugo.add("after:read_it", "Second look", "manager's manager", kind="condition")
    hugo.edit(lambda draft: deciding.keep(draft, Answer("write_it", "rating", "number", "Overall rating")) or "")
    hugo.add("after:read_it", "Talk about it", "")
    doer = {"actor": "person who did", "actorArgument": "write_it"}
    hugo.edit(partial(settings.set_settings, identifier="talk_about_it", values=doer))
    assert hugo.noted == {}
    # When the first step goes, what was asked of it and of whoever did it is told
    hugo.edit(partial(changing.remove, identifier="write_it"))
    (flow,) = (flow for flow in read_outline(hugo.files["check_in.bpmn"]).diagram.flows if flow.condition)
    assert hugo.noted == {
        "talk_about_it": "It goes to the person who did another step, and that step is not there any more.",
        flow.id: "Nothing gives “Overall rating”, and it is asked for here.",
    }


def test_reminders_come_while_there_is_something_to_remind_of(hugo: Desk) -> None:
    for due, remind, said in (
        ("P9D", "P7D P3D", {}),
        ("P9D", "P20D P3D", {"write_it": "A reminder would come before the step is handed out."}),
        ("", "P3D", {"write_it": "It has reminders, and no time to do it."}),
    ):
        hugo.edit(partial(settings.set_settings, identifier="write_it", values={"due": due, "remind": remind}))
        assert hugo.noted == said


def test_a_way_back_goes_with_the_step_it_leads_to(hugo: Desk) -> None:
    approve(hugo)
    go_back(hugo, 'outcome = "reject"')
    hugo.edit(partial(changing.remove, identifier="write_it"))
    steps = read_outline(hugo.files["check_in.bpmn"]).diagram.steps.values()
    assert not any(step.kind.endswith("Gateway") for step in steps)
    assert hugo.noted == {"check_it": UNHEARD}
