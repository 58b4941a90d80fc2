"""The kinds of questions that a form can be built of: what people call each, and how a new one begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

YES_NO = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
FIRST_COMPETENCIES = [
    {"value": "teamwork", "label": "Works well with others"},
    {"value": "customers", "label": "Knows what customers need"},
]


@dataclass(frozen=True)
class Kind:
    """A component type of form-js: its name for people, the group it stands in, the JSON a new one begins with."""

    type: str
    label: str
    group: str
    start: Mapping[str, Any]


_QUESTIONS, _REVIEWS, _ORDER = "Questions", "For reviews", "Order"

KINDS: tuple[Kind, ...] = (
    Kind("textfield", "Short text", _QUESTIONS, {"label": "Short text", "validate": {"maxLength": 200}}),
    Kind("textarea", "Long text", _QUESTIONS, {"label": "Long text", "validate": {"maxLength": 3000}}),
    Kind("radio", "One of several", _QUESTIONS, {"label": "One of several", "values": YES_NO}),
    Kind("select", "One from a menu", _QUESTIONS, {"label": "One from a menu", "values": YES_NO}),
    Kind("checklist", "Any of several", _QUESTIONS, {"label": "Any of several", "values": YES_NO}),
    Kind("checkbox", "Box to tick", _QUESTIONS, {"label": "Box to tick"}),
    Kind("number", "Number", _QUESTIONS, {"label": "Number"}),
    Kind("money", "Amount of money", _QUESTIONS, {"label": "Amount of money", "currencies": ["EUR"]}),
    Kind("datetime", "Date", _QUESTIONS, {"dateLabel": "Date", "subtype": "date"}),
    Kind("rating", "Rating", _REVIEWS, {"label": "Rating", "points": 5}),
    Kind("goals", "Goals", _REVIEWS, {"label": "Goals", "weights": True, "totalWeight": 100, "defaultRepetitions": 1}),
    Kind(
        "competencies",
        "Competencies",
        _REVIEWS,
        {"label": "Competencies", "points": 4, "comments": True, "values": FIRST_COMPETENCIES},
    ),
    Kind("evidence", "Evidence", _REVIEWS, {"label": "Evidence", "defaultRepetitions": 1}),
    Kind("text", "Text to read", _ORDER, {"text": "## Heading\nWhat people should know here."}),
    Kind("group", "Group of questions", _ORDER, {"label": "Group", "showOutline": False, "components": []}),
    Kind(
        "dynamiclist",
        "List of rows",
        _ORDER,
        {
            "label": "List of rows",
            "isRepeating": True,
            "allowAddRemove": True,
            "defaultRepetitions": 1,
            "showOutline": True,
            "components": [],
        },
    ),
    Kind("separator", "Line", _ORDER, {}),
)
"""What the form builder offers, in its order."""
