"""Changing the order of steps: add, move, take away, and put a block around. An edit returns the id to show next."""

from collections.abc import Callable

from lxml import etree

from engine import NotFound
from workflows.designs.outline.deciding import first_condition, set_condition
from workflows.designs.outline.sheet import RF, Sheet
from workflows.designs.outline.tree import (
    GOES_ON,
    Back,
    Doing,
    Drawn,
    End,
    Entry,
    Landing,
    Outline,
    Place,
    Row,
    Ways,
    every_row,
    row_around,
    rows_of,
    steps_in,
)
from workflows.designs.outline.weaving import (
    CannotBeListed,
    Draft,
    add_task,
    drop,
    drop_way,
    flows_into,
    lift,
    open_place,
    place_before,
    place_behind,
    splice,
)

Edit = Callable[[Draft], str]
CONDITION, PARALLEL, EACH, END, STOP = "condition", "parallel", "each", "end", "stop"
NEW = "New step"
MACHINE_NAMES = {"rewards.reject": "Close the proposal"}
"""What a machine step is called that an edit adds by itself, by its handler."""
CLOSES = f"{{{RF}}}closes"
WAITING_FOR_EACH_OTHER = "Steps at the same time wait for each other, so none of them can end the process or go back."
TOGETHER, EITHER = "parallelGateway", "exclusiveGateway"
UP, DOWN = "up", "down"


def add_step(draft: Draft, place: str, kind: str, name: str, actor: str) -> str:
    """Add a step, or a block with its first steps, at a place. Raises NotFound for a kind that there is not."""
    found = draft.outline.place(place)
    if kind == END:
        return _end_here(draft, found, name)
    if kind == STOP:
        return end_if(draft, found, first_condition(draft.outline), name)
    make = KINDS.get(kind)
    if make is None:
        raise NotFound("There is no such step. Choose one of the list.")
    flow = open_place(draft, found)
    first, last, shown = make(draft, flow, name, actor)
    splice(draft.sheet, flow, first, last)
    return shown


def _end_here(draft: Draft, place: Place, name: str) -> str:
    """Let a way end instead of going on behind its block."""
    if not can_end(draft.outline, place.key):
        raise CannotBeListed("It can end only where a way would go on behind its block.")
    flow = open_place(draft, place)
    end = draft.sheet.add(draft.sheet.scope_of(flow), "endEvent", name or "ends", name=name or "Ended").get("id", "")
    draft.sheet.lead(flow, end)
    return ""


def end_if(draft: Draft, place: Place, condition: str, name: str, *, handler: str = "") -> str:
    """Let the process end at a place under a condition, after what `handler` does; otherwise it goes on.

    Returns the gateway. Raises CannotBeListed among steps at the same time, of which the others would wait for ever.
    """
    if is_aside(draft.outline, place.key):
        raise CannotBeListed(WAITING_FOR_EACH_OTHER)
    flow, sheet = open_place(draft, place), draft.sheet
    scope = sheet.scope_of(flow)
    name = name or "Ended early"
    split = sheet.add(scope, EITHER, f"{name} or not", name=f"{name}?").get("id", "")
    end = sheet.add(scope, "endEvent", name, name=name).get("id", "")
    following = sheet.target(flow)
    sheet.share_lane(sheet.source(flow), split)
    sheet.share_lane(sheet.source(flow), end)
    sheet.lead(flow, split)
    first = _machine(sheet, scope, handler) if handler else end
    way = sheet.connect(split, first)
    if handler:
        sheet.connect(first, end)
    sheet.find(split).set("default", sheet.connect(split, following))
    set_condition(draft, way, condition)
    return split


def _machine(sheet: Sheet, scope: etree._Element, handler: str) -> str:
    task = sheet.add(scope, "serviceTask", handler, name=MACHINE_NAMES.get(handler, "Machine step"))
    task.set(f"{{{RF}}}handler", handler)
    return task.get("id", "")


def is_aside(outline: Outline, place: str) -> bool:
    """Whether a place is on one of several ways that go on at the same time, in its own process."""
    row = _row_with(outline, place)
    while row is not None:
        around = _around(outline, row)
        if isinstance(around, Ways) and around.split.kind not in (EITHER, "eventBasedGateway"):
            return True
        row = None if around is None else row_around(outline, around)[0]
    return False


def _row_with(outline: Outline, place: str) -> Row | None:
    for row in every_row(outline.scope):
        places = [row.start, *(entry.after for entry in row.entries)]
        if any(one is not None and one.key == place for one in places):
            return row
    return None


def can_end(outline: Outline, place: str) -> bool:
    """Whether a place is the last one of a way that goes on behind its block."""
    for row in every_row(outline.scope):
        last = row.entries[-1].after if row.entries else row.start
        if row.ending == GOES_ON and last is not None and last.key == place:
            return True
    return False


def move(draft: Draft, identifier: str, direction: str) -> str:
    """Move an entry one place up or down; at the edge of a block, out of it."""
    entry = draft.outline.entry(identifier)
    place = next_place(draft.outline, entry, direction)
    if place is None:
        raise CannotBeListed("It cannot be moved further in this direction.")
    return move_to(draft, identifier, place.key)


def move_to(draft: Draft, identifier: str, place: str) -> str:
    """Move an entry to another place of its own process."""
    entry, found = draft.outline.entry(identifier), draft.outline.place(place)
    sheet, own = draft.sheet, set(steps_in(entry))
    if any(sheet.source(flow) in own and flow not in place_behind(entry).flows for flow in found.flows):
        raise CannotBeListed("It cannot be moved into itself.")
    if any(sheet.scope_of(flow) is not sheet.scope_of(entry.id) for flow in found.flows):
        raise CannotBeListed("It cannot be moved into another group of steps. Take it away here, and add it there.")
    if found in (place_behind(entry), place_before(draft.outline, entry)):
        return identifier
    target = open_place(draft, found)
    out = lift(draft, entry)
    following = sheet.target(target)
    sheet.lead(target, entry.id)
    sheet.lead(out, following)
    return identifier


def next_place(outline: Outline, entry: Entry, direction: str) -> Place | None:
    """Where an entry goes when it is moved one place up or down; None where it cannot."""
    if not isinstance(entry, (Doing, Ways, Drawn)) or entry.after is None:
        return None
    row, at = row_around(outline, entry)
    others = row.entries[:at][::-1] if direction == UP else row.entries[at + 1 :]
    other = next((one for one in others if not isinstance(one, Landing)), None)
    if other is not None and (direction == UP or other.after is not None):
        return place_before(outline, other) if direction == UP else other.after
    around = _around(outline, row)
    if around is None or (direction == UP and isinstance(around, Doing)):
        return None
    return place_before(outline, around) if direction == UP else around.after


def _around(outline: Outline, row: Row) -> Entry | None:
    """The entry that a row belongs to, in the same process."""
    for outer in every_row(outline.scope):
        for entry in outer.entries:
            if any(inner is row for inner in rows_of(entry)):
                return entry
    return None


def remove(draft: Draft, identifier: str) -> str:
    """Take an entry away with all that is in it; what came before leads to what follows. Returns what shows next.

    Ways back to it go with it, where something else can be done instead.
    """
    entry = draft.outline.entry(identifier)
    sheet = draft.sheet
    if isinstance(entry, (Doing, Ways, Drawn)) and entry.after is None:
        if not flows_into(draft, entry):
            raise CannotBeListed("It stands beside the steps. Take it away in the diagram.")
        end = sheet.add(sheet.scope_of(entry.id), "endEvent", "done", name="Done").get("id", "")
        for flow in flows_into(draft, entry):
            sheet.lead(flow, end)
        drop(draft, entry)
        return end
    out = lift(draft, entry)
    following, last = sheet.target(out), sheet.source(out)
    for flow in _backs_to(draft, entry):
        if len(sheet.out_of(sheet.source(flow))) > 1:
            drop_way(sheet, sheet.source(flow), flow)
        else:
            sheet.lead(flow, following)
    drop(draft, entry)
    if last in sheet.elements:
        sheet.drop_step(last)
    return following


def _backs_to(draft: Draft, entry: Entry) -> set[str]:
    """The ways back to an entry, or to the gateway in front of it where ways back come in."""
    row, at = row_around(draft.outline, entry)
    landing = {row.entries[at - 1].id} if at and isinstance(row.entries[at - 1], Landing) else set()
    into = {flow for step in (entry.id, *landing) for flow in draft.sheet.into(step)}
    return into & draft.outline.backs


def wrap(draft: Draft, identifier: str, how: str) -> str:
    """Put a condition, steps in parallel, or a group for each participant around an entry."""
    entry = draft.outline.entry(identifier)
    if how == EACH:
        return _group(draft, entry)
    if how == PARALLEL and _leaves(draft, entry):
        raise CannotBeListed(WAITING_FOR_EACH_OTHER)
    sheet = draft.sheet
    into, out = flows_into(draft, entry), open_place(draft, place_behind(entry))
    split, join = _gateways(sheet, entry.id, TOGETHER if how == PARALLEL else EITHER)
    for flow in into:
        sheet.lead(flow, split)
    way = sheet.connect(split, entry.id)
    splice(sheet, out, join, join)
    if how == PARALLEL:
        task = add_task(sheet, split, NEW)
        sheet.connect(split, task)
        sheet.connect(task, join)
        return task
    set_condition(draft, way, first_condition(draft.outline))
    sheet.find(split).set("default", sheet.connect(split, join))
    return split


def _leaves(draft: Draft, entry: Entry) -> bool:
    """Whether a way in an entry ends the process, or goes back to before the entry, instead of going on behind it."""
    own = set(steps_in(entry))
    pending = rows_of(entry)
    while pending:
        row = pending.pop()
        for inner in row.entries:
            if isinstance(inner, End) or (isinstance(inner, Back) and draft.sheet.target(inner.id) not in own):
                return True
            pending += rows_of(inner)
    return False


def _group(draft: Draft, entry: Entry) -> str:
    sheet, own = draft.sheet, set(steps_in(entry))
    into, out = flows_into(draft, entry), open_place(draft, place_behind(entry))
    inner = [flow.get("id", "") for flow in sheet.flows() if {flow.get("sourceRef"), flow.get("targetRef")} <= own]
    crossing = [f for step in own for f in (*sheet.into(step), *sheet.out_of(step)) if f not in (*inner, *into, out)]
    if crossing or (isinstance(entry, Doing) and any(border.row is None for border in entry.borders)):
        raise CannotBeListed("A way leads out of it to another place, so it cannot become a group.")
    group = _for_each(sheet, entry.id)
    start, end = (
        child.get("id", "") for child in sheet.find(group) if str(child.tag).endswith(("startEvent", "endEvent"))
    )
    sheet.drop_flow(sheet.out_of(start)[0])
    last = sheet.source(out)
    if last not in own:
        own.add(last)
        inner += sheet.into(last)
    for each in (*own, *inner):
        sheet.place_under(sheet.find(each), sheet.find(group))
    for flow in into:
        sheet.lead(flow, group)
    sheet.begin_at(out, group)
    sheet.connect(start, entry.id)
    done = sheet.connect(last, end)
    if sheet.find(last).get("default") == out:
        sheet.find(last).set("default", done)
    return group


def _for_each(sheet: Sheet, near: str, name: str = "") -> str:
    group = sheet.add(sheet.scope_of(near), "subProcess", name or "for_each", name=name or "For each participant")
    loop = sheet.add(group, "multiInstanceLoopCharacteristics", f"{group.get('id')}_members")
    closed = any(other.get(CLOSES) for other in sheet.root.iter(loop.tag))
    loop.set(f"{{{RF}}}over", "participants")
    if not closed:
        loop.set(CLOSES, "case")
    start = sheet.add(group, "startEvent", f"{group.get('id')}_begins", name="Begins").get("id", "")
    end = sheet.add(group, "endEvent", f"{group.get('id')}_done", name="Done").get("id", "")
    sheet.connect(start, end)
    return group.get("id", "")


Made = tuple[str, str, str]
"""The first and the last step of what was made, and the one to show."""


def _person(draft: Draft, near: str, name: str, actor: str) -> Made:
    task = add_task(draft.sheet, near, name or NEW, actor)
    return task, task, task


def _wait(draft: Draft, near: str, name: str, _actor: str) -> Made:
    sheet = draft.sheet
    event = sheet.add(sheet.scope_of(near), "intermediateCatchEvent", name or "wait", name=name or "Wait")
    timer = sheet.add(event, "timerEventDefinition", f"{event.get('id')}_timer").get("id", "")
    sheet.write_expression(timer, "timeDuration", "P7D")
    step = event.get("id", "")
    return step, step, step


def _single(kind: str, fallback: str) -> Callable[[Draft, str, str, str], Made]:
    def make(draft: Draft, near: str, name: str, _actor: str) -> Made:
        step = draft.sheet.add(draft.sheet.scope_of(near), kind, name or fallback, name=name or fallback).get("id", "")
        return step, step, step

    return make


def _each(draft: Draft, near: str, name: str, _actor: str) -> Made:
    group = _for_each(draft.sheet, near, name)
    return group, group, group


def _condition(draft: Draft, near: str, name: str, actor: str) -> Made:
    sheet = draft.sheet
    split, join, _ = _pair(sheet, near, EITHER, name, actor)
    set_condition(draft, sheet.out_of(split)[0], first_condition(draft.outline))
    sheet.find(split).set("default", sheet.connect(split, join))
    return split, join, split


def _parallel(draft: Draft, near: str, name: str, actor: str) -> Made:
    sheet = draft.sheet
    split, join, task = _pair(sheet, near, TOGETHER, name, actor)
    second = add_task(sheet, near, NEW, actor)
    sheet.connect(split, second)
    sheet.connect(second, join)
    return split, join, second if name else task


def _pair(sheet: Sheet, near: str, kind: str, name: str, actor: str) -> tuple[str, str, str]:
    split, join = _gateways(sheet, near, kind)
    task = add_task(sheet, near, name or NEW, actor)
    sheet.connect(split, task)
    sheet.connect(task, join)
    return split, join, task


def _gateways(sheet: Sheet, near: str, kind: str) -> tuple[str, str]:
    scope = sheet.scope_of(near)
    split = sheet.add(scope, kind, "at_once" if kind == TOGETHER else "decision").get("id", "")
    return split, sheet.add(scope, kind, f"{split}_done").get("id", "")


KINDS: dict[str, Callable[[Draft, str, str, str], Made]] = {
    "person": _person,
    PARALLEL: _parallel,
    CONDITION: _condition,
    EACH: _each,
    "wait": _wait,
    "machine": _single("serviceTask", "Machine step"),
    "table": _single("businessRuleTask", "Ask a decision table"),
}
"""What can be added, by the name that pages send."""
