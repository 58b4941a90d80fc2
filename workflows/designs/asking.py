"""What a step asks, changed in the step list: its form and the diagram change together, and are undone together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine import NAMESPACES, NotFound, Rejection, read_xml
from workflows.designs.files import diagram_path
from workflows.designs.form_questions import HIDDEN_WHEN_SKIPPED, INDENTED, SKIP, list_form_questions, read_form
from workflows.designs.forms import BEHIND_CLOSED_DOORS, asked_elsewhere, empty_form, is_fixed, path_of, read_ready
from workflows.designs.outline import Outline
from workflows.designs.outline.changing import end_if
from workflows.designs.outline.deciding import Answer, keep, variable_for
from workflows.designs.outline.settings import set_settings
from workflows.designs.outline.weaving import Draft, place_behind
from workflows.designs.parts import find_free_name, in_quotes

READERS = {
    "hr": ("hr", "released", "Only whoever writes them, and HR"),
    "manager": ("manager hr", "submitted", "The manager and HR, too"),
    "approver": ("manager approver hr", "submitted", "Those who approve or vote, the manager and HR, too"),
    "subject": ("subject manager hr", "submitted", "The person it is about, the manager and HR, too"),
}
"""Who reads the answers of a form, as most forms say it: the readers, from when, and in words."""

WHY = "skip_reason"
OUTCOME, APPROVE, REJECT = "outcome", "approve", "reject"
SKIPPED, NOT_APPROVED = "Skipped", "Not approved"
PROPOSAL_FORM, REJECTING = "reward-proposal", "rewards.reject"


@dataclass
class FormEdit:
    """One edit of the form of a step; a step without one gets a form that is called as the step is."""

    step: str
    rewrite: Callable[[bytes], bytes] = bytes
    name: str = field(default="", init=False)

    def write(self, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """The form as it becomes. Raises NotFound for a step that is not there any more."""
        form, title = _asked_at(files, self.step)
        self.name = form or find_free_name(title, "form", files, path_of)
        content = files.get(path_of(self.name)) or empty_form(self.name, title, contract_for("manager"))
        return {path_of(self.name): self.rewrite(content)}

    def settle(self, draft: Draft) -> str:
        """Let the step ask the form."""
        return set_settings(draft, self.step, {"form": self.name})


@dataclass
class ReadyForm(FormEdit):
    """A step gets a form of `READY`; one that is in the package already is asked again."""

    ready: str = ""

    def write(self, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """The form, if it is not there yet. Raises NotFound for one that there is not."""
        content, self.name = read_ready(self.ready), self.ready
        return {} if path_of(self.name) in files else {path_of(self.name): content}


@dataclass
class OtherForm(FormEdit):
    """A step asks another form of the package, or none."""

    other: str = ""

    def write(self, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """No form changes. Raises NotFound for one that the package does not hold."""
        if self.other and path_of(self.other) not in files:
            raise NotFound("This form is not there any more. Choose another one.")
        self.name = self.other
        return {}


@dataclass
class Skipping(FormEdit):
    """Whoever does a step may skip it with a reason; then the process ends there."""

    rewrite: Callable[[bytes], bytes] = field(default_factory=lambda: _let_skip)

    def write(self, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """The form with the question; where other steps ask it, too, a form of its own for this step.

        Raises Rejection where these others ask a form that Reviewflow knows by its name.
        """
        content = super().write(files)[path_of(self.name)]
        others = asked_elsewhere(files, self.name, self.step)
        if not others:
            return {path_of(self.name): content}
        if is_fixed(self.name):
            ask = "asks" if len(others) == 1 else "ask"
            raise Rejection(
                f"{in_quotes(others)} {ask} this form, too, and Reviewflow knows it by its name. "
                "Choose another form for one of the steps first."
            )
        _, title = _asked_at(files, self.step)
        self.name = find_free_name(title, "form", files, path_of)
        own = {**read_form(content), "id": self.name, "name": title}
        return {path_of(self.name): orjson.dumps(own, option=INDENTED)}

    def settle(self, draft: Draft) -> str:
        """Let the process end behind the step when it was skipped."""
        super().settle(draft)
        answer = Answer(self.step, SKIP, "boolean", "It was skipped")
        _end_when(draft, answer, f"{variable_for(draft.outline, answer)} = true", SKIPPED)
        return self.step


def end_when_rejected(draft: Draft, step: str, *, of_reward: bool) -> str:
    """Let the process end behind an approval that says no; of a reward, its proposal is closed before."""
    name = draft.outline.diagram.steps[step].name if step in draft.outline.diagram.steps else ""
    answer = Answer(step, OUTCOME, "string", f"Answer of “{name}”")
    _end_when(draft, answer, _rejected(draft.outline, answer), NOT_APPROVED, REJECTING if of_reward else "")
    return step


def contract_for(readers: str) -> Mapping[str, str]:
    """The contract of one choice of `READERS`. Raises NotFound for one that there is not."""
    if readers not in READERS:
        raise NotFound("There is no such choice of readers. Choose one of the list.")
    visible_to, since, _ = READERS[readers]
    return {"visibleTo": visible_to, "from": since}


def readers_of(content: bytes) -> str:
    """Which choice of `READERS` a form makes; "" for any other contract."""
    try:
        contract = orjson.loads(content).get("properties", {})
    except (orjson.JSONDecodeError, AttributeError):
        return ""
    return next((choice for choice in READERS if contract_for(choice) == contract), "")


def is_read_by(content: bytes, readers: set[str]) -> bool:
    """Whether a form shows at least one of its answers to somebody who is one of these readers in the case."""
    try:
        contracts = list(_list_contracts(orjson.loads(content)))
    except orjson.JSONDecodeError:
        return False
    return any(readers & set(named.split()) for named in contracts or [BEHIND_CLOSED_DOORS["visibleTo"]])


def _list_contracts(drawn: Mapping[str, Any]) -> Iterator[str]:
    if "visibleTo" in drawn.get("properties", {}):
        yield drawn["properties"]["visibleTo"]
    for inner in drawn.get("components", ()):
        yield from _list_contracts(inner)


def set_readers(content: bytes, readers: str) -> bytes:
    """The form with the contract of one choice of `READERS`, where its questions have none of their own."""
    form = read_form(content)
    form["properties"] |= contract_for(readers)
    return orjson.dumps(form, option=INDENTED)


def can_be_skipped(content: bytes) -> bool:
    """Whether a form asks already if the step is skipped."""
    return any(question.key == SKIP for question in list_form_questions(content))


def refusal_in(content: bytes) -> tuple[str, str] | None:
    """What a form lets people choose instead of to approve: the answer and its words; None where it asks for none."""
    asked = next((dict(one.options) for one in list_form_questions(content) if one.key == OUTCOME), {})
    others = [(value, label) for value, label in asked.items() if value != APPROVE]
    return next((one for one in others if APPROVE in asked), None)


def can_be_rejected(content: bytes, outline: Outline, step: str) -> bool:
    """Whether the form of a step asks for an approval, and nothing is said yet of what happens without it."""
    said = _rejected(outline, Answer(step, OUTCOME))
    refusal = refusal_in(content)
    return (
        refusal is not None
        and refusal[0] == REJECT
        and not any(flow.condition == said for flow in outline.diagram.flows)
    )


def _rejected(outline: Outline, answer: Answer) -> str:
    return f'{variable_for(outline, answer)} = "{REJECT}"'


def _end_when(draft: Draft, answer: Answer, condition: str, name: str, handler: str = "") -> None:
    place = place_behind(draft.outline.entry(answer.step))
    keep(draft, answer)
    end_if(draft, place, condition, name, handler=handler)


def _let_skip(content: bytes) -> bytes:
    form = read_form(content)
    if can_be_skipped(content):
        return content
    for component in form["components"]:
        component.setdefault("conditional", {"hide": HIDDEN_WHEN_SKIPPED})
    form["components"] += [
        {"type": "checkbox", "id": "question_skip", "key": SKIP, "label": "Skip it this time"},
        {
            "type": "textarea",
            "id": "question_skip_reason",
            "key": WHY,
            "label": "Why is it skipped?",
            "validate": {"required": True, "maxLength": 1000},
            "conditional": {"hide": f"={SKIP} = null or {SKIP} != true"},
        },
    ]
    return orjson.dumps(form, option=INDENTED)


def _asked_at(files: Mapping[str, bytes], step: str) -> tuple[str, str]:
    """The form of a step, "" for none, and what the step is called."""
    root = read_xml(files[diagram_path(files)], "The diagram")
    found = next((element for element in root.iter("*") if element.get("id") == step), None)
    if found is None:
        raise NotFound("This step is not there any more. Look at the list again.")
    return found.get(f"{{{NAMESPACES['rf']}}}form", ""), found.get("name") or "New form"
