"""Questionnaires: what people are asked at a step, drawn as form-js JSON, checked here.

`load` reads a form, `Questionnaire.check` types and validates what was submitted, `visible_answers` tells what
somebody else may read of it.
"""

from workflows.questionnaires.checking import Checked
from workflows.questionnaires.components import State
from workflows.questionnaires.errors import InvalidForm, SubmissionRefused
from workflows.questionnaires.questionnaire import Questionnaire
from workflows.questionnaires.reading import load
from workflows.questionnaires.showing import ShownAnswer, readable_part, visible_answers

__all__ = [
    "Checked",
    "InvalidForm",
    "Questionnaire",
    "ShownAnswer",
    "State",
    "SubmissionRefused",
    "load",
    "readable_part",
    "visible_answers",
]
