"""Which steps are new or gone, where they stand, and when they come, in sentences."""

from collections.abc import Iterator, Mapping

from engine.diagram import Diagram, Flow, Step
from engine.difference.change import Change, list_words, name_step, quote, show_time
from engine.difference.places import Places, is_work

ASKING = ("exclusiveGateway", "inclusiveGateway")
TRIGGERS = {
    "message": "when the message {} comes",
    "signal": "when the signal {} comes",
    "error": "when it fails",
    "escalation": "when it is escalated",
    "cancel": "when it is cancelled",
}


def compare_steps(places: Places) -> Iterator[Change]:
    """Every step that is new or gone, and what becomes of others by decisions that are."""
    for step in _heads(places, places.old, places.pairs):
        yield from _gone(places, step)
    for step in _heads(places, places.new, places.back):
        yield from _added(places, step)


def name_before(places: Places, diagram: Diagram, step: Step) -> str:
    """Where a gateway stands: its own name where somebody gave it one, else what was done last before it."""
    if is_named(step):
        return name_step(step)
    order = places.order(diagram, step.process)
    work = [
        one for one in order.steps if is_work(diagram.steps[one]) and (one not in order.aside or step.id in order.aside)
    ]
    return _list(diagram, order.last_before(step.id, work)) or "the start"


def is_named(step: Step) -> bool:
    """Whether somebody named a step; otherwise it is called by its id, which says nothing to people."""
    return step.name != step.id.replace("_", " ").capitalize()


def asked_of(diagram: Diagram, step: str) -> str | None:
    """The condition under which alone a step comes, where a decision just before it says so."""
    into = [flow for flow in diagram.flows if flow.target == step]
    return into[0].condition if len(into) == 1 and _is_asked(diagram, into[0]) else None


def _is_asked(diagram: Diagram, flow: Flow) -> bool:
    source = diagram.steps[flow.source]
    return source.kind in ASKING and flow.condition is not None and flow.id != source.default


def _heads(places: Places, diagram: Diagram, known: Mapping[str, str]) -> Iterator[Step]:
    """The steps that only one side has and that are told for themselves: not inside of others that are."""
    for step in diagram.steps.values():
        is_head = step.process in known or step.process == diagram.key
        if step.id not in known and is_head and places.is_told(diagram, step):
            yield step


def _list(diagram: Diagram, steps: list[str]) -> str:
    return list_words([name_step(diagram.steps[one]) for one in steps])


def _gone(places: Places, step: Step) -> Iterator[Change]:
    if step.kind == "boundaryEvent":
        if step.attached_to in places.pairs:
            host = name_step(places.new.steps[places.pairs[step.attached_to]])
            yield Change("removed", f"{host} has no {name_step(step)} any more.", step.id)
    elif step.kind in ASKING:
        yield from _decision_gone(places, step)
    elif step.kind.endswith("Gateway"):
        left = [one for one in _after(places, places.old, step) if one.id in places.pairs]
        if len(left) > 1:
            text = f"{list_words(list(map(name_step, left)))} {_how(step, 'no longer')}."
            yield Change("removed", text, step.id)
    else:
        yield Change("removed", f"{name_step(step)} is gone.", step.id)


def _decision_gone(places: Places, step: Step) -> Iterator[Change]:
    if is_named(step):
        yield Change("removed", f"The decision {name_step(step)} is gone.", step.id)
    for flow in _asked_ways(places.old, step):
        kept = places.pairs.get(flow.target)
        if kept is None or not is_work(places.old.steps[flow.target]):
            continue
        when = _when(places, flow)
        if asked_of(places.old, flow.target) and asked_of(places.new, kept) is None:
            yield Change("condition", f"{name_step(places.new.steps[kept])} no longer comes only {when}.", kept)
        elif places.order(places.old, step.process).comes_before(flow.target, step.id):
            here, there = name_before(places, places.old, step), name_step(places.new.steps[kept])
            yield Change("removed", f"It no longer goes back from {here} to {there} {when}.", step.id)


def _added(places: Places, step: Step) -> Iterator[Change]:
    if step.kind == "boundaryEvent":
        yield Change("added", _event(places, step), step.id)
    elif step.kind in ASKING:
        yield from _decision(places, step)
    elif step.kind.endswith("Gateway"):
        names = list_words([name_step(one) for one in _after(places, places.new, step)])
        yield Change("added", f"{names} {_how(step, 'now')}{_only_after(places, step)}.", step.id)
    else:
        yield Change("added", f"{name_step(step)} is new{_where(places, step)}.", step.id)


def _after(places: Places, diagram: Diagram, step: Step) -> list[Step]:
    """What the ways out of a gateway come to first."""
    ways = [flow.target for flow in diagram.flows if flow.source == step.id]
    found = {one.id: one for way in ways for one in places.next_steps(diagram, way)}
    return list(found.values())


def _how(gateway: Step, now: str) -> str:
    if gateway.kind == "eventBasedGateway":
        return f"{now} wait for each other: whatever happens first decides how it goes on"
    return f"{now} go on at the same time"


def _only_after(places: Places, step: Step) -> str:
    before, _ = _neighbours(places, step)
    return f", after {before}" if before else ""


def _decision(places: Places, step: Step) -> Iterator[Change]:
    """A new decision: what comes only under its conditions, and where else these lead; new steps say it themselves."""
    elsewhere = []
    for flow in _asked_ways(places.new, step):
        target = places.new.steps[flow.target]
        alone, when = asked_of(places.new, target.id) is not None, _when(places, flow)
        if alone and is_work(target) and target.id in places.back:
            yield Change("condition", f"{name_step(target)} now comes only {when}.", target.id)
        elif not (alone and is_work(target)):
            elsewhere.append(f" {when[:1].upper()}{when[1:]}, {_leads(places, step, flow)}.")
    if is_named(step) or elsewhere:
        called = f"The decision {name_step(step)}" if is_named(step) else "A decision"
        yield Change("added", f"{called} is new{_where(places, step)}.{''.join(elsewhere)}", step.id)


def _asked_ways(diagram: Diagram, step: Step) -> list[Flow]:
    return [flow for flow in diagram.flows if flow.source == step.id and _is_asked(diagram, flow)]


def _leads(places: Places, step: Step, flow: Flow) -> str:
    found = places.next_steps(places.new, flow.target)
    names = list_words([name_step(one) for one in found])
    if all(one.kind == "endEvent" for one in found):
        return f"it ends with {names}"
    order = places.order(places.new, step.process)
    if any(one.id != step.id and order.comes_before(one.id, step.id) for one in found):
        return f"it goes back to {names}"
    return f"it goes on with {names}"


def _event(places: Places, step: Step) -> str:
    """What a new event at the border of a step brings: when it happens, and what comes then."""
    host = name_step(places.new.steps[step.attached_to or ""])
    found = _after(places, places.new, step)
    names, ends = list_words(list(map(name_step, found))), all(one.kind == "endEvent" for one in found)
    said = f"The event {name_step(step)} is new at {host}: {_trigger(places, step)}"
    if not found:
        return f"{said}."
    then = f"it ends with {names}" if ends else f"{names} {'comes' if len(found) == 1 else 'come'}"
    return f"{said}, {then} {'instead' if step.interrupts else 'as well'}."


def _trigger(places: Places, step: Step) -> str:
    if step.event == "timer":
        word = {"timeDate": "on", "timeCycle": "again and again, by"}.get(step.timer_kind or "", "after")
        return f"{word} {show_time(step.timer or '')}"
    if step.event == "conditional":
        return f"when {places.wording.condition(step.condition or '')}"
    return TRIGGERS.get(step.event or "", "when it happens").format(quote(step.reference or step.message or ""))


def _when(places: Places, flow: Flow) -> str:
    return f"when {places.wording.condition(' '.join((flow.condition or '').split()))}"


def _where(places: Places, step: Step) -> str:
    """Between which steps of before a new one stands, and when it comes, for the end of its sentence."""
    before, after = _neighbours(places, step)
    said = " and ".join([f"after {before}"] * bool(before) + [f"before {after}"] * bool(after))
    condition = asked_of(places.new, step.id)
    when = (
        f"when {places.wording.condition(' '.join(condition.split()))}"
        if condition
        else _when_beside(places, step, said)
    )
    clause = ", ".join(filter(None, (said, when)))
    return f": it comes {clause}" if clause else ""


def _when_beside(places: Places, step: Step, said: str) -> str:
    """That a step comes only when an event happens that was there before; "" where what comes before it says so."""
    order = places.order(places.new, step.process)
    events = order.last_before(step.id, order.borders)
    is_first = step.id in order.aside and not said.startswith("after")
    if not is_first or not events or any(one not in places.back for one in events):
        return ""
    return f"when {_list(places.new, events)} happens"


def _neighbours(places: Places, step: Step) -> tuple[str, str]:
    """What comes just before and just after a new step, of what was there before: names, "" where there is nothing."""
    order = places.order(places.new, step.process)
    known = [one for one in order.steps if one in places.back and is_work(places.new.steps[one])]
    is_aside = step.id in order.aside
    events = order.last_before(step.id, order.borders) if is_aside else []
    same = [one for one in known if (one in order.aside) == is_aside]
    # What comes after another event at a border is a way of its own.
    before = order.last_before(
        step.id, [one for one in same if not is_aside or any(order.comes_before(event, one) for event in events)]
    )
    after = order.first_after(step.id, [one for one in known if one not in order.aside or is_aside])
    return _list(places.new, before), _list(places.new, after) if before or not is_aside else ""
