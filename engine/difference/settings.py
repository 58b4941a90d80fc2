"""What two versions of one step say differently, in sentences."""

from collections.abc import Callable, Iterator, Mapping

from engine.diagram import Repetition, Step
from engine.difference.change import Change, list_words, name_step, normalise, quote, show_time
from engine.difference.wording import Wording

Sentence = Callable[[str, str | None, str | None, Wording], str]


def compare_settings(old: Step, new: Step, name: str, wording: Wording) -> Iterator[Change]:
    """Every difference of what a step says, which is called `name`; nothing about its place."""
    if old.name != new.name:
        yield Change("renamed", f"{name_step(old)} is now called {name_step(new)}.", new.id)
    if old.kind != new.kind:
        yield Change("kind", f"{name} is now {_kind(new)} (before: {_kind(old)}).", new.id)
    yield from _attributes(old, new, name, wording)
    for field, tell in FIELDS.items():
        if (found := tell(name, old, new, wording)) is not None:
            yield Change(field, found, new.id)


def _attributes(old: Step, new: Step, name: str, wording: Wording) -> Iterator[Change]:
    """What the attributes of our extension say."""
    before, after = ({key: normalise(value) for key, value in step.settings.items()} for step in (old, new))
    if _only(before, ACTOR) != _only(after, ACTOR):
        text = f"{name} is now done by {wording.person(after)} instead of {wording.person(before)}."
        yield Change("actor", text, new.id)
    yield from _reminders(name, before.get("remind", ""), after.get("remind", ""), new.id)
    for key in sorted((before.keys() | after.keys()) - {*ACTOR, "remind"}):
        a, b = before.get(key), after.get(key)
        if a != b:
            yield Change(key, (SENTENCES.get(key) or _chosen(key))(name, a, b, wording), new.id)


ACTOR = ("actor", "actorArgument")


def _only(settings: Mapping[str, str], keys: tuple[str, ...]) -> list[str]:
    return [settings.get(key, "") for key in keys]


def _reminders(name: str, before: str, after: str, step: str) -> Iterator[Change]:
    a, b = sorted(before.split()), sorted(after.split())
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


def _due(name: str, a: str | None, b: str | None, _wording: Wording) -> str:
    if b is None:
        return f"{name} has no deadline any more (before: {show_time(a or '')})."
    if a is None:
        return f"{name} now has a deadline: {show_time(b)}."
    return f"The deadline of {name} is {show_time(b)} now (before: {show_time(a)})."


def _form(name: str, a: str | None, b: str | None, wording: Wording) -> str:
    if b is None:
        return f"{name} no longer asks for a form (before: {wording.value('form', a)})."
    instead = f" instead of {wording.value('form', a)}" if a else ""
    return f"{name} now asks for the form {wording.value('form', b)}{instead}."


def _escalate(name: str, a: str | None, b: str | None, wording: Wording) -> str:
    before = wording.person({"actor": a}) if a else ""
    if b is None:
        return f"Nobody is told any more when {name} is late (before: {before})."
    return f"When {name} is late, {wording.person({'actor': b})} is told{f' instead of {before}' if before else ''}."


def _four_eyes(name: str, _a: str | None, b: str | None, _wording: Wording) -> str:
    if b == "true":
        return f"{name} now needs somebody who has not worked on the case before (four eyes)."
    return f"{name} may now be done by somebody who has worked on the case before."


def _signature(name: str, _a: str | None, b: str | None, _wording: Wording) -> str:
    return f"{name} is {'now' if b else 'no longer'} signed with the password."


def _vote(name: str, a: str | None, b: str | None, wording: Wording) -> str:
    was, now = (wording.value("vote", text) if text else "by one person" for text in (a, b))
    return f"{name} is now decided in another way: {now} (before: {was})."


def _handler(name: str, a: str | None, b: str | None, wording: Wording) -> str:
    was = f" (before: {wording.value('handler', a)})" if a else ""
    return f"{name} now does something else: {wording.value('handler', b)}{was}."


def _over(name: str, a: str | None, b: str | None, wording: Wording) -> str:
    was, now = (None if text is None else wording.value("over", text) for text in (a, b))
    if now is None:
        return f"{name} is no longer done for {was}."
    return f"{name} is now done for {now}{f' instead of {was}' if was else ''}."


def _closes(name: str, _a: str | None, b: str | None, _wording: Wording) -> str:
    return f"When {name} is through, the case is {'now' if b else 'no longer'} closed."


def _plain(key: str, what: str) -> Sentence:
    """A sentence for a setting that is simply named."""

    def tell(name: str, a: str | None, b: str | None, wording: Wording) -> str:
        if b is None:
            return f"{name} has no {what} any more (before: {wording.value(key, a)})."
        was = f" (before: {wording.value(key, a)})" if a is not None else ""
        return f"The {what} of {name} is now {wording.value(key, b)}{was}."

    return tell


def _chosen(key: str) -> Sentence:
    """A sentence for what people choose as the answer to a question; for one that nobody knows, by its name."""

    def tell(name: str, a: str | None, b: str | None, wording: Wording) -> str:
        if not (label := wording.label(key)):
            return _plain(key, f"setting {quote(key)}")(name, a, b, wording)
        was, now = wording.value(key, a), wording.value(key, b)
        return f"At {name}, {quote(label)} is now answered with {now} (before: {was})."

    return tell


SENTENCES: dict[str, Sentence] = {
    "due": _due,
    "form": _form,
    "escalate": _escalate,
    "fourEyes": _four_eyes,
    "signature": _signature,
    "vote": _vote,
    "handler": _handler,
    "decision": _plain("decision", "decision table"),
    "result": _plain("result", "name of the answer"),
    "correlate": _plain("correlate", "key of the message"),
    "over": _over,
    "closes": _closes,
}

Field = Callable[[str, Step, Step, Wording], str | None]


def _text(field: str, what: str) -> Field:
    def tell(name: str, old: Step, new: Step, wording: Wording) -> str | None:
        a, b = (None if value is None else normalise(value) for value in (getattr(old, field), getattr(new, field)))
        return None if (a or None) == (b or None) else _plain(field, what)(name, a or None, b or None, wording)

    return tell


def _condition(name: str, old: Step, new: Step, wording: Wording) -> str | None:
    a, b = normalise(old.condition), normalise(new.condition)
    if a == b:
        return None
    was = f" (before: when {wording.condition(a)})" if a else ""
    return f"{name} now comes when {wording.condition(b)}{was}." if b else f"{name} no longer waits for a condition."


def _kept(name: str, old: Step, new: Step, _wording: Wording) -> str | None:
    """A sentence about the answers of a step that are kept, by the names under which they are."""
    a, b = dict(old.sets), dict(new.sets)
    kept = [
        quote(key) if key == normalise(b[key]) else f"{quote(normalise(b[key]))} as {quote(key)}"
        for key in b
        if normalise(a.get(key)) != normalise(b[key])
    ]
    gone = [quote(key) for key in a if key not in b]
    said = [f"now keeps {list_words(kept)}"] * bool(kept) + [f"no longer keeps {list_words(gone)}"] * bool(gone)
    return f"{name} {' and '.join(said)}." if said else None


def _pairs(field: str) -> Field:
    """A sentence about values that are given names: those that are others now, and those that are gone."""

    def tell(name: str, old: Step, new: Step, _wording: Wording) -> str | None:
        a, b = dict(getattr(old, field)), dict(getattr(new, field))
        given = [
            f"{quote(key)} to {quote(normalise(b[key]))}" for key in b if normalise(a.get(key)) != normalise(b[key])
        ]
        gone = [quote(key) for key in a if key not in b]
        said = [f"now sets {list_words(given)}"] * bool(given) + [f"no longer sets {list_words(gone)}"] * bool(gone)
        return f"{name} {' and '.join(said)}." if said else None

    return tell


def _timer(name: str, old: Step, new: Step, _wording: Wording) -> str | None:
    a, b = normalise(old.timer), normalise(new.timer)
    if not a or not b or (a, old.timer_kind) == (b, new.timer_kind):
        return None
    fixed = new.timer_kind == "timeDate"
    if new.attached_to:
        return f"{name} now comes {'on' if fixed else 'after'} {show_time(b)} (before: {show_time(a)})."
    return f"{name} now waits {'until' if fixed else 'for'} {show_time(b)} (before: {show_time(a)})."


def _interrupts(name: str, old: Step, new: Step, _wording: Wording) -> str | None:
    if old.interrupts == new.interrupts:
        return None
    return f"{name} {'now ends' if new.interrupts else 'no longer ends'} the step it is at."


def _repetition(name: str, old: Step, new: Step, wording: Wording) -> str | None:
    a, b = (_again(step.repetition, wording) for step in (old, new))
    return None if a == b else f"{name} is now done {b} (before: {a})."


def _again(again: Repetition | None, wording: Wording) -> str:
    """How often a step is done. Over whom is told by its population."""
    if again is None:
        return "once"
    if again.kind == "loop":
        most = f", {again.maximum} times at most" if again.maximum else ""
        return f"again while {wording.condition(normalise(again.condition))}{most}"
    several = f"{again.count} times" if again.count else f"for each of {quote(again.items)}" if again.items else ""
    return " ".join(filter(None, (several, "one by one" if again.kind == "sequential" else "at the same time")))


def _event(name: str, old: Step, new: Step, _wording: Wording) -> str | None:
    return None if old.events == new.events else f"{name} waits for an event of another kind now: {new.event}."


def _undoes(name: str, old: Step, new: Step, _wording: Wording) -> str | None:
    if old.for_compensation == new.for_compensation:
        return None
    return f"{name} is {'now' if new.for_compensation else 'no longer'} done only to undo another step."


FIELDS: dict[str, Field] = {
    "sets": _kept,
    "parameters": _pairs("parameters"),
    "inputs": _pairs("inputs"),
    "outputs": _pairs("outputs"),
    "collects": _pairs("collects"),
    "called": _text("called", "process that is run by"),
    "repetition": _repetition,
    "completion": _text("completion", "condition for going on"),
    "message": _text("message", "message"),
    "timer": _timer,
    "interrupts": _interrupts,
    "events": _event,
    "script": _text("script", "assignment"),
    "reference": _text("reference", "event that is meant by"),
    "condition": _condition,
    "handler": _text("handler", "step that undoes"),
    "for_compensation": _undoes,
}
"""What the diagram itself says of a step, besides what is told of its place."""

KINDS = {
    "task": "a step of no certain kind",
    "userTask": "a task for a person",
    "manualTask": "work outside of Reviewflow",
    "serviceTask": "machine work",
    "sendTask": "the sending of a message",
    "receiveTask": "the wait for a message",
    "intermediateCatchEvent": "an event that is waited for",
}


def _kind(step: Step) -> str:
    return KINDS.get(step.kind, quote(step.kind))
