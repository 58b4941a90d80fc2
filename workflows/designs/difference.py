"""What changed between two versions of a process, its forms included, in what people call things."""

import itertools
from collections.abc import Mapping

from engine import OWN, Program, handlers, known_variables
from engine.difference import Change, Wording, compare, quote
from workflows.designs.outline.conditions import parse_condition, say_condition
from workflows.designs.outline.words import Words
from workflows.designs.questions import TICK, list_questions
from workflows.designs.vocabulary import POPULATIONS, TYPES, describe_package, say_handler
from workflows.routing.resolvers import ACTORS, GROUPS
from workflows.versions.forms import compare_forms
from workflows.voting.settings import CHOICES, LABELS, PATTERNS


def describe_change(old: Program, new: Program, pairs: Mapping[str, str] | None = None) -> list[Change]:
    """Every difference as a sentence HR understands; empty when both mean the same. See `engine.difference.compare`."""
    return [*compare(old, new, pairs, Called(old, new)), *compare_forms(old.files, new.files)]


class Called(Wording):
    """What people call what two versions name; where both name it, by the word of the new one."""

    def __init__(self, old: Program, new: Program) -> None:
        declared = itertools.chain(old.diagram.variables, new.diagram.variables)
        self.words = Words(
            actors={actor.name: actor.label for actor in ACTORS.values()},
            groups=GROUPS,
            variables={name: field.label for name, field in (*known_variables.items(), *OWN.items(), *declared)},
        )
        self.steps = {step.id: step.name for one in (old, new) for step in one.diagram.steps.values()}
        packages = [describe_package(one.files) for one in (old, new)]
        self.names: dict[str, Mapping[str, str]] = {
            "form": {one["name"]: one["label"] for package in packages for one in package["forms"]},
            "decision": {one["name"]: one["label"] for package in packages for one in package["decisions"]},
            "handler": {name: say_handler(name) for name in handlers},
            "over": POPULATIONS,
            "vote": {name: pattern.label for name, pattern in PATTERNS.items()},
            **CHOICES,
        }
        self.questions = {question.name: question for question in list_questions()}

    def condition(self, text: str) -> str:
        """The condition in words; FEEL that is more than comparisons as it is, in quotation marks."""
        return quote(text) if parse_condition(text) is None else say_condition(text, self.words.variables)

    def person(self, settings: Mapping[str, str]) -> str:
        """Who a step goes to: “their manager”, “the HR group”."""
        if not settings.get("actor"):
            return "nobody"
        if settings["actor"] == "committee":
            return f"the committee {quote(settings.get('actorArgument', ''))}"
        return self.words.who(settings, self.steps)

    def label(self, setting: str) -> str:
        """The question by which a setting is chosen."""
        if setting in self.questions:
            return self.questions[setting].label
        return LABELS[setting][0] if setting in LABELS else ""

    def value(self, setting: str, text: str | None) -> str:
        """The answer that is chosen for a setting."""
        question = self.questions.get(setting)
        if question is not None and question.kind == TICK:
            return quote("yes" if text == question.value else "no")
        if text is None:
            return quote(question.none) if question is not None and question.none else "nothing"
        options = {} if question is None else dict(question.options)
        return quote(options.get(text) or self.names.get(setting, {}).get(text) or text)

    def type(self, name: str) -> str:
        """A type of values, as it is chosen."""
        return quote(TYPES.get(name, name))
