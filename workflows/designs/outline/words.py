"""The sentences of a step list: who, until when, which form, in what people call these things."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from engine import Flow, Step
from workflows.designs.outline.conditions import say_condition
from workflows.designs.outline.tree import Doing, Drawn, Way, Ways

UNITS = {"D": "day", "W": "week", "H": "hour", "M": "minute"}
_TIME = re.compile(r"P(?:(\d+)([DW])|T(\d+)([HM]))")
BLOCKS = {
    "parallelGateway": "In parallel",
    "inclusiveGateway": "Each that applies",
    "eventBasedGateway": "Whatever happens first",
    "exclusiveGateway": "One of these",
}
EVENTS = {
    "timer": "If it takes longer than {}",
    "message": "If the message “{}” comes",
    "signal": "If the signal “{}” comes",
    "conditional": "If {}",
    "error": "If it fails",
    "escalation": "If it is escalated",
    "cancel": "If it is cancelled",
    "compensate": "To undo it",
}


@dataclass(frozen=True)
class Words:
    """What people call the things that a diagram names; a name without a label is shown as it is."""

    actors: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    populations: Mapping[str, str] = field(default_factory=dict)
    handlers: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    processes: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    committees: Mapping[str, str] = field(default_factory=dict)
    patterns: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, vocabulary: Mapping[str, Any]) -> "Words":
        """The labels of a vocabulary as `workflows.designs.vocabulary` describes it."""
        lists = {**vocabulary, **vocabulary.get("approvals", {})}
        return cls(
            **{kind.name: {one["name"]: one["label"] for one in lists.get(kind.name, ())} for kind in fields(cls)}
        )

    def facts(self, entry: Doing, names: Mapping[str, str]) -> list[str]:
        """What is said of a step behind its name; `names` are those of steps by id."""
        step = entry.step
        return [*_repetition(step, self), *SAYS.get(step.kind, _nothing)(step, self, names)]

    def who(self, settings: Mapping[str, str], names: Mapping[str, str]) -> str:
        """Who a step goes to, by its settings; `names` are those of steps by id."""
        actor, argument = settings["actor"], settings.get("actorArgument", "")
        if actor == "committee":
            return self.committees.get(argument, "a committee")
        if actor in ("group", "everybody of group"):
            return self.groups.get(argument, argument or "a group")
        label = _lower(self.actors.get(actor, actor))
        if actor == "person who did":
            return f"the person who did “{names.get(argument, argument)}”"
        return f"{label} ({argument})" if argument else label

    def way(self, way: Way, ways: Ways) -> str:
        """When a way out of a gateway is taken, as the heading of its steps; "" where all ways are."""
        if ways.split.kind == "parallelGateway":
            return ""
        if ways.split.kind == "eventBasedGateway":
            return "When this happens first"
        if way.flow.id == ways.split.default:
            return "Otherwise"
        return f"If {self.condition(way.flow)}"

    def condition(self, flow: Flow) -> str:
        """The condition of a flow in words."""
        return say_condition(flow.condition, self.variables) if flow.condition else "… (not said yet)"

    def block(self, ways: Ways) -> str:
        """What a gateway with its ways is called."""
        named = ways.split.name if ways.split.id.replace("_", " ").capitalize() != ways.split.name else ""
        if ways.split.kind == "exclusiveGateway":
            return named or "It depends"
        return f"{BLOCKS[ways.split.kind]}{f': {named}' if named else ''}"

    def border(self, event: Step) -> str:
        """What an event at the border of a step says."""
        about = {
            "timer": say_time(event.timer or ""),
            "conditional": say_condition(event.condition or "", self.variables),
        }
        said = EVENTS.get(event.event or "", "If something happens").format(
            about.get(event.event or "", event.reference or "")
        )
        return said if event.interrupts else f"{said}, beside it"

    def drawn(self, entry: Drawn) -> str:
        """What is only drawn: the names of its steps."""
        names = [f"“{step.name}”" for step in entry.steps if not step.kind.endswith("Gateway")]
        return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def say_time(text: str) -> str:
    """A duration in words: “14 days”; anything else as it is written."""
    found = _TIME.fullmatch(text)
    if found is None:
        return text
    count, unit = found[1] or found[3], UNITS[found[2] or found[4]]
    return f"{count} {unit}{'' if count == '1' else 's'}"


def _join(parts: Iterable[str]) -> str:
    every = list(parts)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"


def _person(step: Step, words: Words, names: Mapping[str, str]) -> list[str]:
    settings = step.settings
    facts = [words.who(settings, names) if settings.get("actor") else "nobody is named yet"]
    if settings.get("vote"):
        facts.append(_lower(words.patterns.get(settings["vote"], settings["vote"])))
    if settings.get("due"):
        facts.append(say_time(settings["due"]))
    if settings.get("form"):
        facts.append(f"form “{words.forms.get(settings['form'], settings['form'])}”")
    if settings.get("remind"):
        facts.append(f"reminded {_join(say_time(one) for one in settings['remind'].split())} before")
    if settings.get("escalate"):
        facts.append(f"{_lower(words.actors.get(settings['escalate'], settings['escalate']))} is told when it is late")
    facts += ["four eyes"] * (settings.get("fourEyes") == "true")
    return facts + ["signed with the password"] * (settings.get("signature") == "password")


def _lower(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _machine(step: Step, words: Words, _names: Mapping[str, str]) -> list[str]:
    handler = step.settings.get("handler", "")
    if step.message:
        return [f"sends “{step.message}”"]
    return [_lower(words.handlers.get(handler, handler)) or "it is not said yet what Reviewflow does"]


def _table(step: Step, words: Words, _names: Mapping[str, str]) -> list[str]:
    decision = step.settings.get("decision", "")
    return [f"the table “{words.decisions.get(decision, decision)}” answers" if decision else "no table is chosen yet"]


def _script(step: Step, words: Words, _names: Mapping[str, str]) -> list[str]:
    lines = [say_condition(line.strip(), words.variables) for line in step.script.splitlines() if line.strip()]
    return [f"notes that {'; '.join(lines)}" if lines else "notes nothing yet"]


def _catch(step: Step, words: Words, _names: Mapping[str, str]) -> list[str]:
    if step.event == "timer":
        return [f"waits {'until ' if step.timer_kind == 'timeDate' else ''}{say_time(step.timer or '')}"]
    if step.event == "conditional":
        return [f"waits until {say_condition(step.condition or '', words.variables)}"]
    return [f"waits for “{step.reference or step.message or ''}”"]


def _throw(step: Step, _words: Words, _names: Mapping[str, str]) -> list[str]:
    return [f"tells “{step.reference}”"] if step.reference else ["milestone"]


def _call(step: Step, words: Words, _names: Mapping[str, str]) -> list[str]:
    return [f"runs the process “{words.processes.get(step.called or '', step.called or '')}”"]


def _nothing(_step: Step, _words: Words, _names: Mapping[str, str]) -> list[str]:
    return []


def _repetition(step: Step, words: Words) -> list[str]:
    again = step.repetition
    if again is None:
        return []
    if again.kind == "loop":
        return [f"again while {say_condition(again.condition or '', words.variables)}"]
    if step.over:
        several = f"for {words.populations.get(step.over, step.over)}"
    else:
        several = f"{again.count} times" if again.count else f"for each of {again.items}"
    return [f"{several}, one by one" if again.kind == "sequential" else several]


SAYS = {
    "userTask": _person,
    "manualTask": _person,
    "serviceTask": _machine,
    "sendTask": _machine,
    "businessRuleTask": _table,
    "scriptTask": _script,
    "receiveTask": _catch,
    "intermediateCatchEvent": _catch,
    "intermediateThrowEvent": _throw,
    "callActivity": _call,
}
