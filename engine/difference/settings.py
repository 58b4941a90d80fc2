"""What two versions of one step say differently, in sentences."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from engine.diagram import Step
from engine.difference.change import Change, list_words, name_step, normalise, quote, show_time

# What is compared elsewhere, or is no meaning of its own: places, ids, and the words on a step.
ELSEWHERE = {"id", "name", "process", "attached_to", "default", "line", "settings", "kind", "over"}

Sentence = Callable[[str, str | None, str | None], str]


def compare_settings(old: Step, new: Step) -> Iterator[Change]:
    """Every difference of what a step says; nothing about its place."""
    if old.name != new.name:
        yield Change("renamed", f"{name_step(old)} is now called {name_step(new)}.", new.id)
    if old.kind != new.kind:
        yield Change("kind", f"{name_step(new)} is a step of another kind now: {new.kind}, before {old.kind}.", new.id)
    name = name_step(new)
    before, after = dict(old.settings), dict(new.settings)
    yield from _actor(name, before, after, new.id)
    yield from _reminders(name, before, after, new.id)
    for key in sorted(before.keys() | after.keys()):
        a, b = before.get(key), after.get(key)
        if normalise(a) != normalise(b):
            tell = SENTENCES.get(key) or _unknown(key)
            yield Change(key, tell(name, a, b), new.id)
    for field in fields(Step):
        if field.name not in ELSEWHERE and (found := _field(name, field.name, old, new)):
            yield Change(field.name, found, new.id)


def _actor(name: str, before: dict[str, str], after: dict[str, str], step: str) -> Iterator[Change]:
    """Who does it; the argument is part of it."""
    keys = ("actor", "actorArgument")
    a, b = (", ".join(value for key in keys if (value := said.pop(key, None))) for said in (before, after))
    if a != b:
        text = f"{name} is now done by {quote(b or 'nobody')} instead of {quote(a or 'nobody')}."
        yield Change("actor", text, step)


def _reminders(name: str, before: dict[str, str], after: dict[str, str], step: str) -> Iterator[Change]:
    a, b = (sorted(said.pop("remind", "").split()) for said in (before, after))
    if a == b:
        return
    was, now = (list_words([show_time(text) for text in texts]) for texts in (a, b))
    if len(a) == len(b) == 1:
        text = f"The reminder of {name} moved from {_shorten(was, now)} to {now} before the deadline."
    elif not a:
        text = f"{name} now reminds {now} before the deadline."
    elif not b:
        text = f"{name} no longer reminds anybody before the deadline."
    else:
        text = f"{name} now reminds {now} before the deadline (before: {was})."
    yield Change("remind", text, step)


def _shorten(was: str, now: str) -> str:
    """“7” for “7 days”, where “5 days” follows."""
    unit = now.rpartition(" ")[2]
    return was.removesuffix(f" {unit}") if was.count(" ") == now.count(" ") == 1 else was


def _due(name: str, a: str | None, b: str | None) -> str:
    if b is None:
        return f"{name} has no deadline any more (before: {show_time(a or '')})."
    if a is None:
        return f"{name} now has a deadline: {show_time(b)}."
    return f"The deadline of {name} is {show_time(b)} now (before: {show_time(a)})."


def _form(name: str, a: str | None, b: str | None) -> str:
    if b is None:
        return f"{name} no longer asks for a form (before: {quote(a or '')})."
    if a is None:
        return f"{name} now asks for the form {quote(b)}."
    return f"{name} now asks for the form {quote(b)} instead of {quote(a)}."


def _escalate(name: str, a: str | None, b: str | None) -> str:
    if b is None:
        return f"Nobody is told any more when {name} is late (before: {quote(a or '')})."
    instead = f" instead of {quote(a)}" if a else ""
    return f"When {name} is late, {quote(b)} is told{instead}."


def _four_eyes(name: str, _a: str | None, b: str | None) -> str:
    if b == "true":
        return f"{name} now needs somebody who has not worked on the case before (four eyes)."
    return f"{name} may now be done by somebody who has worked on the case before."


def _plain(what: str) -> Sentence:
    """A sentence for a setting that is simply named."""

    def tell(name: str, a: str | None, b: str | None) -> str:
        if b is None:
            return f"{name} has no {what} any more (before: {quote(normalise(a))})."
        was = f" (before: {quote(normalise(a))})" if a is not None else ""
        return f"The {what} of {name} is now {quote(normalise(b))}{was}."

    return tell


def _unknown(key: str) -> Sentence:
    return _plain(f"setting {quote(key)}")


SENTENCES: dict[str, Sentence] = {
    "due": _due,
    "form": _form,
    "escalate": _escalate,
    "fourEyes": _four_eyes,
    "handler": _plain("machine work"),
    "decision": _plain("decision table"),
    "result": _plain("name of the answer"),
    "correlate": _plain("key of the message"),
    "page": _plain("page"),
    "over": _plain("population"),
    "vote": _plain("way it is decided"),
    "voteNeeds": _plain("approval needed"),
    "voteOf": _plain("base of the approval needed"),
    "voteQuorum": _plain("quorum"),
    "voteAttendance": _plain("attendance needed"),
    "voteTie": _plain("rule for ties"),
    "voteRecusal": _plain("rule for recusals"),
    "voteBallot": _plain("kind of ballot"),
    "voteChange": _plain("rule for changing a vote"),
    "voteEnds": _plain("end of the vote"),
    "voteChairWeight": _plain("weight of whoever leads"),
}


def _field(name: str, field: str, old: Step, new: Step) -> str | None:
    a, b = getattr(old, field), getattr(new, field)
    if field in ("sets", "parameters"):
        return _pairs(name, dict(a), dict(b))
    if field == "timer" and a and b:
        return None if normalise(a) == normalise(b) else _timer(new, a, b)
    if isinstance(a, str | None) and isinstance(b, str | None):
        if field == "timer_kind" or normalise(a) == normalise(b):
            return None
        return _plain(FIELDS.get(field, quote(field)))(name, a, b)
    return (
        None
        if a == b
        else f"{name} has another {FIELDS.get(field, quote(field))} now: {_show(b)} (before: {_show(a)})."
    )


def _timer(step: Step, a: str, b: str) -> str:
    kind = "fires on" if step.timer_kind == "timeDate" else "waits for"
    return f"{name_step(step)} now {kind} {show_time(b)} (before: {show_time(a)})."


def _pairs(name: str, a: dict[str, str], b: dict[str, str]) -> str | None:
    changed = [
        key for key in (*a, *(key for key in b if key not in a)) if normalise(a.get(key)) != normalise(b.get(key))
    ]
    if not changed:
        return None
    parts = [
        f"{quote(key)} comes from {b[key].strip()}" if key in b else f"{quote(key)} is not set any more"
        for key in changed
    ]
    return f"{name} gives other values now: {list_words(parts)}."


def _show(value: Any) -> str:
    if isinstance(value, tuple | list | set | frozenset):
        return list_words([str(one) for one in value]) or "nothing"
    return str(value) if value not in (None, "") else "nothing"


FIELDS = {
    "completion": "condition for going on",
    "message": "message",
    "timer": "time",
    "script": "assignment",
    "events": "kind of event",
    "loops": "repetition",
}
