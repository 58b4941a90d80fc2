"""The form of a step, read once."""

from functools import lru_cache

from engine.diagram import Step
from engine.spiff import Program
from workflows.questionnaires import Questionnaire, load

NOTHING_ASKED = Questionnaire(id="nothing_asked", name="", components=())


def questionnaire_of(program: Program, step: Step) -> Questionnaire:
    """The questionnaire of a step; an empty one where the step asks nothing but to be done."""
    content = program.files.get(f"forms/{step.settings.get('form')}.json")
    return NOTHING_ASKED if content is None else _loaded(content)


@lru_cache(maxsize=512)
def _loaded(content: bytes) -> Questionnaire:
    return load(content)
