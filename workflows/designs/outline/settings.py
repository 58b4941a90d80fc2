"""What a step says of itself: who, until when, which form; and the events at its border."""

from collections.abc import Mapping, Sequence

from engine import BPMN, NotFound
from workflows.designs.outline.sheet import RF, Sheet, cut_out, insert
from workflows.designs.outline.tree import Border, Doing, Row, steps_in
from workflows.designs.outline.weaving import CannotBeListed, Draft, add_task, open_place
from workflows.designs.outline.words import say_time
from workflows.designs.questions import ONE, list_questions
from workflows.routing.resolvers import ACTORS
from workflows.voting import settings as voting

ONE_PERSON = tuple(question.name for question in list_questions() if question.only == ONE)
"""What a step can have that one person does, and none that several decide."""

PERSON = ("actor", "actorArgument", *(question.name for question in list_questions()), *voting.SETTINGS)
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "userTask": PERSON,
    "manualTask": PERSON,
    "serviceTask": ("handler",),
    "sendTask": ("handler",),
    "businessRuleTask": ("decision", "result"),
}
"""The attributes of our extension that the list changes, by the kind of step; all others stay as they are."""

ACTIVITIES = ("Task", "subProcess", "transaction", "callActivity")
EXTENSION, SET = f"{{{BPMN}}}extensionElements", f"{{{RF}}}set"
LOOP, SEVERAL = f"{{{BPMN}}}standardLoopCharacteristics", f"{{{BPMN}}}multiInstanceLoopCharacteristics"
MOST_ROUNDS = "10"


def set_texts(draft: Draft, identifier: str, name: str, documentation: str | None) -> str:
    """Name a step, and say what everybody should know about it (None: that stays)."""
    element = draft.sheet.find(identifier)
    _set(element, "name", name)
    if documentation is not None:
        _set_documentation(draft.sheet, identifier, documentation)
    return identifier


def set_settings(draft: Draft, identifier: str, values: Mapping[str, str]) -> str:
    """Change settings of a step; an empty text takes one away. What its kind does not have is passed over."""
    element = draft.sheet.find(identifier)
    known = SETTINGS.get(str(element.tag).rpartition("}")[2], ())
    for name, value in values.items():
        if name in known:
            _set(element, f"{{{RF}}}{name}", value)
    return identifier


def set_pattern(draft: Draft, identifier: str, pattern: str) -> str:
    """Let a step be decided by several people, by a pattern of approval; "" for one person.

    The settings of another pattern go, with what only one person can have, and people who are named in another way.
    """
    element = draft.sheet.find(identifier)
    if pattern and pattern not in voting.PATTERNS:
        raise NotFound("There is no such way to decide. Choose one of the list.")
    gone = [*voting.SETTINGS, *(ONE_PERSON if pattern else ())]
    actor = ACTORS.get(element.get(f"{{{RF}}}actor", ""))
    if actor is not None and actor.several != bool(pattern):
        gone += ["actor", "actorArgument"]
    for name in gone:
        _set(element, f"{{{RF}}}{name}", "")
    _set(element, f"{{{RF}}}vote", pattern)
    return identifier


def set_answers(draft: Draft, identifier: str, rows: Sequence[tuple[str, str]]) -> str:
    """What is kept of the answers of a step: variables, each with what it becomes (FEEL)."""
    sheet, element = draft.sheet, draft.sheet.find(identifier)
    extension = element.find(EXTENSION)
    before = [] if extension is None else extension.findall(SET)
    if extension is None and rows:
        extension = sheet.make(EXTENSION)
        insert(element, sum(child.tag == f"{{{BPMN}}}documentation" for child in element), extension)
    for kept in before[len(rows) :]:
        cut_out(kept)
    for at, (name, value) in enumerate(rows):
        row = before[at] if at < len(before) else sheet.make(SET)
        row.set("name", name)
        row.set("value", value)
        if at >= len(before) and extension is not None:
            insert(extension, len(extension), row)
    return identifier


def set_time(draft: Draft, identifier: str, time: str) -> str:
    """How long an event waits. An event that waits for something else than a time is refused."""
    timer = draft.sheet.find(identifier).find(f"{{{BPMN}}}timerEventDefinition")
    if timer is None or timer.find(f"{{{BPMN}}}timeDuration") is None:
        raise CannotBeListed("It waits for something else than a length of time. Change it in the diagram.")
    found = timer.find(f"{{{BPMN}}}timeDuration")
    if found is not None and time:
        if draft.sheet.find(identifier).get("name") == say_late(found.text or ""):
            draft.sheet.find(identifier).set("name", say_late(time))
        found.text = time
    return identifier


def set_script(draft: Draft, identifier: str, script: str) -> str:
    """The lines “name = expression” of a step that sets values."""
    draft.sheet.write_expression(identifier, "script", script)
    found = draft.sheet.find(identifier).find(f"{{{BPMN}}}script")
    if found is not None:
        found.attrib.clear()
    return identifier


def set_population(draft: Draft, identifier: str, over: str, *, closes: bool, sequential: bool) -> str:
    """For whom a group of steps is done."""
    loop = draft.sheet.find(identifier).find(SEVERAL)
    if loop is None or loop.get(f"{{{RF}}}over") is None:
        raise NotFound("This group is not done for several people any more.")
    _set(loop, f"{{{RF}}}over", over)
    _set(loop, f"{{{RF}}}closes", "case" if closes else "")
    _set(loop, "isSequential", "true" if sequential else "")
    return identifier


def set_repetition(draft: Draft, identifier: str, kind: str, text: str) -> str:
    """How often a step is done: "once", again "while" FEEL holds, for each of the "items" of a list, or a "number"."""
    element = draft.sheet.find(identifier)
    for tag in (LOOP, SEVERAL):
        for found in element.findall(tag):
            cut_out(found)
    if kind == "once":
        return identifier
    loop = draft.sheet.make(LOOP if kind == "while" else SEVERAL)
    insert(element, _place_of_loop(element), loop)
    loop.set("id", draft.sheet.new_id(f"{identifier}_again"))
    draft.sheet.elements[loop.get("id", "")] = loop
    if kind == "while":
        loop.set("loopMaximum", MOST_ROUNDS)
        draft.sheet.write_expression(loop.get("id", ""), "loopCondition", text or "loopCounter < 3")
    elif kind == "items":
        loop.set(f"{{{RF}}}items", text or "[]")
        loop.set(f"{{{RF}}}item", "item")
    else:
        draft.sheet.write_expression(loop.get("id", ""), "loopCardinality", text or "2")
    return identifier


def add_border(draft: Draft, identifier: str, time: str, *, stops: bool) -> str:
    """If a step takes longer than `time`: another step, in place of it (`stops`) or beside it."""
    entry, sheet = draft.outline.entry(identifier), draft.sheet
    if not isinstance(entry, Doing) or not can_be_late(entry):
        raise CannotBeListed("Only a step that somebody does, or a group of steps, can take too long.")
    event = sheet.add(sheet.scope_of(entry.id), "boundaryEvent", f"{entry.id}_late", name=say_late(time))
    event.set("attachedToRef", entry.id)
    if not stops:
        event.set("cancelActivity", "false")
    timer = sheet.add(event, "timerEventDefinition", f"{event.get('id')}_timer").get("id", "")
    sheet.write_expression(timer, "timeDuration", time)
    task = add_task(sheet, entry.id, "See why it takes so long")
    sheet.connect(event.get("id", ""), task)
    if stops:
        sheet.connect(task, _meeting(draft, entry))
    else:
        end = sheet.add(sheet.scope_of(entry.id), "endEvent", f"{entry.id}_late_done", name="Done")
        sheet.connect(task, end.get("id", ""))
    return task


def can_be_late(entry: Doing) -> bool:
    """Whether an event can be put at the border of a step."""
    return entry.after is not None and entry.step.kind.endswith(ACTIVITIES) and not entry.step.by_event


def say_late(time: str) -> str:
    """What an event is called that happens after some time."""
    return f"After {say_time(time)}"


def _meeting(draft: Draft, entry: Doing) -> str:
    """Where the way of an event at the border comes back to the row: a gateway, which is drawn if there is none."""
    sheet = draft.sheet
    if entry.join:
        return entry.join
    if entry.after is None:
        raise CannotBeListed("Nothing comes after this step. Add a step after it first.")
    out = open_place(draft, entry.after)
    if len(entry.after.flows) > 1:
        return sheet.source(out)
    join = sheet.add(sheet.scope_of(entry.id), "exclusiveGateway", f"{entry.id}_over").get("id", "")
    target = sheet.target(out)
    sheet.lead(out, join)
    sheet.connect(join, target)
    return join


def remove_border(draft: Draft, identifier: str, event: str) -> str:
    """Take an event at the border of a step away, with what happens then."""
    entry = draft.outline.entry(identifier)
    borders: tuple[Border, ...] = entry.borders if isinstance(entry, Doing) else ()
    border = next((one for one in borders if one.event.id == event), None)
    if border is None:
        raise NotFound("This event is not there any more.")
    row = border.row or Row((), "on")
    for step in [step for inner in row.entries for step in steps_in(inner)]:
        draft.sheet.drop_step(step)
    draft.sheet.drop_step(event)
    return identifier


def _set(element: object, name: str, value: str) -> None:
    attributes = element.attrib  # type: ignore[attr-defined] # an lxml element
    if value:
        attributes[name] = value
    elif name in attributes:
        del attributes[name]


def _set_documentation(sheet: Sheet, identifier: str, text: str) -> None:
    element = sheet.find(identifier)
    found = element.find(f"{{{BPMN}}}documentation")
    if found is None and text:
        found = sheet.make(f"{{{BPMN}}}documentation")
        insert(element, 0, found)
    if found is not None and text:
        found.text = text
    elif found is not None:
        cut_out(found)


def _place_of_loop(element: object) -> int:
    """Behind the head of an activity, in front of what is drawn inside of it."""
    head = ("documentation", "extensionElements", "incoming", "outgoing")
    names = [str(child.tag).rpartition("}")[2] for child in element]  # type: ignore[attr-defined] # an lxml element
    return max((at + 1 for at, name in enumerate(names) if name in head), default=0)
