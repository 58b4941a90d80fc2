"""The form of a step, read once."""

from functools import lru_cache

from engine import Program, Step
from workflows.questionnaires import Questionnaire, load
from workflows.questionnaires.components import Choice

OUTCOME, APPROVE = "outcome", "approve"
NOTHING_ASKED = Questionnaire(id="nothing_asked", name="", components=())


def questionnaire_of(program: Program, step: Step) -> Questionnaire:
    """The questionnaire of a step; an empty one where the step asks nothing but to be done."""
    content = program.files.get(f"forms/{step.settings.get('form')}.json")
    return NOTHING_ASKED if content is None else _loaded(content)


def asks_for_approval(questionnaire: Questionnaire) -> bool:
    """Whether a form asks for an outcome that can be to approve."""
    return APPROVE in outcomes_of(questionnaire)


def outcomes_of(questionnaire: Questionnaire) -> dict[str, str]:
    """The outcomes that a form offers, with their words; none where it asks for no outcome."""
    return {
        str(option.value): option.label
        for field in questionnaire.fields()
        if field.key == (OUTCOME,) and isinstance(field, Choice)
        for option in field.options.fixed
    }


@lru_cache(maxsize=512)
def _loaded(content: bytes) -> Questionnaire:
    return load(content)
