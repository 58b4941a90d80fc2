"""What a step asks, changed in the step list: questions, ready forms, skipping, and the end of what is not approved."""

from functools import partial

import orjson
import pytest

from engine import NotFound, Rejection, inspect_package
from tests.workflows.designs.desk import Desk
from workflows.designs import asking
from workflows.designs.asking import FormEdit, OtherForm, ReadyForm, Skipping
from workflows.designs.form_questions import Question, add_question, list_form_questions
from workflows.designs.outline import changing, deciding, read_outline
from workflows.designs.outline.weaving import CannotBeListed
from workflows.designs.parts import UnfitTitle


def ask(label: str, kind: str, **how: object) -> FormEdit:
    return FormEdit("write_it", partial(add_question, label=label, kind=kind, **how))


def test_questions_make_the_form_of_their_step_on_the_way(hugo: Desk) -> None:
    hugo.form(ask("What went well?", "textarea", required=True))
    hugo.form(ask("How much, in euros?", "number"))
    hugo.form(ask("On which day?", "datetime"))
    hugo.form(ask("How do you feel?", "radio", choices=["Well", " Not so well ", "", "Well"]))
    assert list_form_questions(hugo.files["forms/write-it.json"]) == [
        Question("what_went_well", "What went well?", "string"),
        Question("how_much_in_euros", "How much, in euros?", "number"),
        Question("on_which_day", "On which day?", "date"),
        Question("how_do_you_feel", "How do you feel?", "string", (("well", "Well"), ("not_so_well", "Not so well"))),
    ]
    assert inspect_package(hugo.files).findings == ()
    # The manager reads it unless HR says otherwise; somebody else's contract is left as it is.
    assert asking.readers_of(hugo.files["forms/write-it.json"]) == "manager"
    hugo.form(FormEdit("write_it", partial(asking.set_readers, readers="subject")))
    assert asking.readers_of(hugo.files["forms/write-it.json"]) == "subject"
    assert asking.readers_of(b'{"properties": {"visibleTo": "approver"}}') == asking.readers_of(b"[") == ""


def test_a_question_that_cannot_be_asked_is_refused_in_words(hugo: Desk) -> None:
    before = hugo.files
    for edit, refusal, words in (
        (ask("", "textarea"), UnfitTitle, "Give the question a name"),
        (ask("Which?", "radio", choices=["One"]), Rejection, "at least two answers"),
        (ask("Which?", "html"), Rejection, "no such kind of question"),
        (FormEdit("nothing"), NotFound, "not there any more"),
        (ReadyForm("write_it", ready="x"), NotFound, "no such form"),
        (OtherForm("write_it", other="x"), NotFound, "not there any more"),
        (FormEdit("write_it", partial(asking.set_readers, readers="x")), NotFound, "no such choice"),
    ):
        with pytest.raises(refusal, match=words):
            hugo.form(edit)
    assert hugo.files == before


def test_a_step_is_skipped_with_a_reason_and_all_of_it_is_undone_at_once(hugo: Desk) -> None:
    hugo.form(ask("What went well?", "textarea", required=True))
    hugo.add("after:write_it", "Read it", "manager")
    before = hugo.files
    hugo.form(Skipping("write_it"))
    hugo.form(ask("What next?", "textfield", required=True))
    # Then what is asked is asked of nobody who skips, and the reason of everybody who does.
    form = orjson.loads(hugo.files["forms/write-it.json"])
    hidden = {part["key"]: part["conditional"]["hide"] for part in form["components"] if "conditional" in part}
    assert hidden == {
        "what_went_well": "=skip = true",
        "what_next": "=skip = true",
        "skip_reason": "=skip = null or skip != true",
    }
    assert [part["key"] for part in form["components"]][-2:] == ["skip", "skip_reason"]
    diagram = read_outline(hugo.files["check_in.bpmn"]).diagram
    assert [(flow.condition, diagram.steps[flow.target].name) for flow in diagram.flows if flow.condition] == [
        ("skip = true", "Skipped")
    ]
    assert [(name, field.type) for name, field in diagram.variables] == [("skip", "boolean")]
    assert inspect_package(hugo.files).findings == ()
    hugo.undo()
    hugo.undo()
    assert hugo.files == before


def test_skipping_a_step_changes_no_other_step_that_asks_the_same(hugo: Desk) -> None:
    hugo.form(ask("What went well?", "textarea"))
    hugo.add("after:write_it", "Write it again", "manager")
    hugo.form(OtherForm("write_it_again", other="write-it"))
    shared = hugo.files["forms/write-it.json"]
    # When one of them can be skipped, it asks a form of its own from then on
    hugo.form(Skipping("write_it_again"))
    assert hugo.files["forms/write-it.json"] == shared
    assert (
        read_outline(hugo.files["check_in.bpmn"]).diagram.steps["write_it_again"].settings["form"] == "write-it-again"
    )
    own = orjson.loads(hugo.files["forms/write-it-again.json"])
    assert (own["id"], own["name"]) == ("write-it-again", "Write it again")
    assert asking.can_be_skipped(hugo.files["forms/write-it-again.json"])
    assert inspect_package(hugo.files).findings == ()
    # And what Reviewflow knows by its name stays what all of them ask.
    hugo.form(ReadyForm("write_it", ready="reward-approval"))
    hugo.form(ReadyForm("write_it_again", ready="reward-approval"))
    with pytest.raises(Rejection, match="“Write it” asks this form, too, and Reviewflow knows it by its name"):
        hugo.form(Skipping("write_it_again"))


def test_a_form_that_says_little_or_nothing_sensible_is_no_failure(hugo: Desk) -> None:
    bare, label = b'{"type": "default"}', "What went well?"
    assert [one.key for one in list_form_questions(add_question(bare, label, "textarea"))] == ["what_went_well"]
    assert asking.readers_of(asking.set_readers(bare, "subject")) == "subject"
    assert asking.can_be_skipped(Skipping("write_it").rewrite(bare))
    for broken in (b"[1]", b'{"components": {}}', b'{"components": [1]}', b'{"properties": []}'):
        for rewrite in (partial(add_question, label=label, kind="textarea"), Skipping("write_it").rewrite):
            with pytest.raises(Rejection, match="cannot be read"):
                rewrite(broken)
        with pytest.raises(Rejection, match="cannot be read"):
            asking.set_readers(broken, "subject")


def test_what_is_not_approved_ends_and_its_proposal_is_closed(hugo: Desk) -> None:
    hugo.form(ReadyForm("write_it", ready="reward-proposal"))
    for name in ("First look", "Second look"):
        hugo.add("after:write_it", name, "manager")
        step = name.lower().replace(" ", "_")
        hugo.form(ReadyForm(step, ready="reward-approval"))
        outline = read_outline(hugo.files["check_in.bpmn"])
        assert asking.can_be_rejected(hugo.files["forms/reward-approval.json"], outline, step)
        hugo.edit(partial(asking.end_when_rejected, step=step, of_reward=True))
        outline = read_outline(hugo.files["check_in.bpmn"])
        assert not asking.can_be_rejected(hugo.files["forms/reward-approval.json"], outline, step)
    conditions = [flow.condition for flow in outline.diagram.flows if flow.condition]
    assert sorted(conditions) == ['outcome = "reject"', 'second_look_outcome = "reject"']
    handlers = [step.settings.get("handler") for step in outline.diagram.steps.values() if step.kind == "serviceTask"]
    assert handlers == ["rewards.reject"] * 2
    assert inspect_package(hugo.files).findings == ()
    # The form that is there already is asked again, and can be taken from the step.
    assert sorted(hugo.files) == ["check_in.bpmn", "forms/reward-approval.json", "forms/reward-proposal.json"]
    hugo.form(OtherForm("first_look"))
    assert "form" not in read_outline(hugo.files["check_in.bpmn"]).diagram.steps["first_look"].settings


def test_one_of_several_steps_at_the_same_time_cannot_end_the_process(hugo: Desk) -> None:
    hugo.edit(partial(changing.wrap, identifier="write_it", how="parallel"))
    before = hugo.files
    with pytest.raises(CannotBeListed, match="wait for each other"):
        hugo.form(Skipping("write_it"))
    assert hugo.files == before


def test_an_answer_is_kept_under_a_name_that_nothing_else_has(hugo: Desk) -> None:
    hugo.add("after:write_it", "Read it", "manager")

    def kept(step: str, key: str) -> str:
        hugo.edit(lambda draft: deciding.keep(draft, deciding.Answer(step, key, "number", key)) or "")
        steps_now = read_outline(hugo.files["check_in.bpmn"]).diagram.steps
        return next(name for name, value in steps_now[step].sets if value == key)

    assert kept("write_it", "points") == "points"
    assert kept("write_it", "points") == "points", "once is enough"
    # Another step, another answer of the same name, and what is declared or known leave it alone
    assert kept("read_it", "points") == "read_it_points"
    assert kept("write_it", "points.amount") == "write_it_points"
    assert kept("read_it", "points.amount") == "read_it_points_2"
    hugo.edit(lambda draft: deciding.set_answers(draft, "read_it", []) or "")
    assert kept("read_it", "read_it_points") == "read_it_read_it_points", "it is declared still"
    assert kept("write_it", "on_overdue") == "write_it_on_overdue"
    # And every name is one that expressions can say.
    assert kept("read_it", "how-much") == "how_much"


def test_an_amount_of_money_is_compared_by_its_number(hugo: Desk) -> None:
    form = b'{"components": [{"type": "money", "key": "worth", "label": "Worth"}, {"key": "rows", "path": "rows"}]}'
    (worth,) = list_form_questions(form)
    assert (worth.value, worth.compared_as) == ("worth.amount", "number")
    answer = deciding.Answer("write_it", worth.value, worth.compared_as, worth.label)
    hugo.edit(lambda draft: deciding.keep(draft, answer) or "")
    diagram = read_outline(hugo.files["check_in.bpmn"]).diagram
    assert diagram.steps["write_it"].sets == (("worth", "worth.amount"),)
    assert [(name, field.type, field.label) for name, field in diagram.variables] == [("worth", "number", "Worth")]
    assert list_form_questions(b"{") == []
