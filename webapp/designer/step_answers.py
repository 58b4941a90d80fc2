"""What a step list knows of forms: their questions, their findings, and the answers that conditions can ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine import Finding
from webapp.designer.outlining import Line
from workflows.designs import asking
from workflows.designs.form_questions import Question, kinds, list_compared, list_form_questions
from workflows.designs.forms import READY, asked_elsewhere, path_of
from workflows.designs.outline import Doing, Entry, Outline
from workflows.designs.outline.conditions import Comparison
from workflows.designs.outline.deciding import Answer, variable_for
from workflows.designs.parts import in_quotes
from workflows.designs.questions import ONE, list_questions
from workflows.voting.counting import APPROVED, ESCALATED, NO_QUORUM, REJECTED
from workflows.voting.following import ANSWERS

FIRST = ("due", "remind", "escalate", "fourEyes", "signature")
"""What is asked about every step that people do, by the names of `workflows.designs.questions`; the rest is folded."""

COMES_TO = {
    "outcome": ((APPROVED, "Approved"), (REJECTED, "Rejected"), (ESCALATED, "Escalated"), (NO_QUORUM, NO_QUORUM))
}
"""What the answers of a vote can be, by their name: those that are one of a few."""

YES_NO = (("true", "Yes"), ("false", "No"))
Files = Mapping[str, bytes]


def list_answers(outline: Outline, files: Files) -> list[tuple[str, list[tuple[str, Question]]]]:
    """By the name of each step, what it is answered: each with the name under which conditions choose it."""
    found = []
    for step in outline.diagram.steps.values():
        if "vote" in step.settings:
            asked = [Question(name, one.label, one.type, COMES_TO.get(name, ())) for name, one in ANSWERS.items()]
        else:
            asked = list_compared(files.get(path_of(step.settings.get("form", "")), b"{}"))
        offered = [_compared(one) for one in asked]
        found += [(step.name, [(Answer(step.id, one.value).token, one) for one in offered])] if offered else []
    return found


def known_values(outline: Outline, files: Files, variables: Sequence[Mapping[str, str]]) -> dict[str, Question]:
    """What conditions can compare, by the name they are chosen by: variables, and answers kept or not yet kept."""
    found = {one["name"]: Question(one["name"], one["label"], one["type"]) for one in variables}
    for _, answers in list_answers(outline, files):
        for token, question in answers:
            found[token] = question
            answer = Answer.of(token)
            if answer and (name := variable_for(outline, answer)) in found:
                found[name] = replace(question, label=found[name].label or question.label)
    return found


def rejection_at(entry: Entry, files: Files) -> Comparison | None:
    """The condition that an entry was rejected; None where it asks for no decision."""
    if not isinstance(entry, Doing):
        return None
    step = entry.step
    refusal = asking.refusal_in(files.get(path_of(step.settings.get("form", "")), b"{}"))
    value = asking.REJECT if step.is_shared else (refusal or ("",))[0]
    return Comparison(Answer(step.id, asking.OUTCOME).token, "=", f'"{value}"') if value else None


def about_form(line: Line, outline: Outline, files: Files) -> dict[str, Any]:
    """What the open step needs to know of its form."""
    form = line.entry.step.settings.get("form", "") if isinstance(line.entry, Doing) else ""
    content = files.get(path_of(form), b"{}")
    others = asked_elsewhere(files, form, line.id) if form else []
    return {
        "also_at": in_quotes(others) if others else "",
        "questions": list_form_questions(content),
        "question_kinds": [{"name": name, "label": label} for name, label in kinds()],
        "readers": [(name, words) for name, (_, _, words) in asking.READERS.items()],
        "read_by": asking.readers_of(content),
        "ready": list(READY.items()),
        "can_skip": not asking.can_be_skipped(content),
        "can_reject": asking.can_be_rejected(content, outline, line.id),
    }


def split_questions(line: Line) -> dict[str, Any]:
    """What is asked about the open step: what most steps need first, and the rest. Its form is asked elsewhere."""
    vote = isinstance(line.entry, Doing) and "vote" in line.entry.step.settings
    asked = [one for one in list_questions() if one.name != "form" and not (vote and one.only == ONE)]
    return {
        "asked_first": [one.describe() for name in FIRST for one in asked if one.name == name],
        "asked_more": [one.describe() for one in asked if one.name not in FIRST],
    }


def at_steps(findings: Sequence[Finding], outline: Outline) -> list[Finding]:
    """The findings, those of forms at the steps that ask them."""
    asked = {path_of(one.settings["form"]): one.id for one in outline.diagram.steps.values() if "form" in one.settings}
    return [_at_step(finding, asked[finding.file]) if finding.file in asked else finding for finding in findings]


def _at_step(finding: Finding, step: str) -> Finding:
    where = "Its form" if finding.name == "form" else f"Its form, {finding.name}"
    problem = f"{where}: {finding.problem}"
    return Finding(finding.name, problem, finding.remedy, id=step, file=finding.file, severity=finding.severity)


def _compared(question: Question) -> Question:
    return replace(question, options=YES_NO) if question.type == "boolean" else question
