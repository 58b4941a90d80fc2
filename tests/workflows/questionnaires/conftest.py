"""Forms for the stories of this folder."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from workflows.questionnaires import Questionnaire, load

Draw = Callable[..., Questionnaire]


@pytest.fixture
def draw() -> Draw:
    """A questionnaire of the components given: `draw({"type": "textfield", "key": "title", "label": "Title"})`."""

    def draw_form(*components: dict[str, Any], **form: Any) -> Questionnaire:
        return load(json.dumps({"schemaVersion": 19, "type": "default", "components": components, **form}))

    return draw_form
