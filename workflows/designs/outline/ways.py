"""Changing the ways of a block: one more, one less, when it is taken, and going back to an earlier step."""

from workflows.designs.outline.changing import NEW
from workflows.designs.outline.deciding import first_condition, set_condition
from workflows.designs.outline.sheet import Sheet
from workflows.designs.outline.tree import (
    Doing,
    Drawn,
    Entry,
    Landing,
    Outline,
    Row,
    Way,
    Ways,
    every_row,
    rows_of,
    steps_in,
)
from workflows.designs.outline.weaving import CannotBeListed, Draft, add_task, drop_way, open_place

ASKS = ("exclusiveGateway", "inclusiveGateway")


def add_way(draft: Draft, identifier: str, name: str = "", actor: str = "") -> str:
    """One more way out of a gateway, with a step of its own; it ends where the others do. Returns the step."""
    entry, sheet = _ways(draft, identifier), draft.sheet
    if entry.split.kind == "eventBasedGateway":
        raise CannotBeListed("Draw what else may happen in the diagram.")
    target = _end_of(draft, entry)
    task = add_task(sheet, entry.id, name or NEW, actor)
    way = sheet.connect(entry.id, task)
    sheet.connect(task, target)
    if entry.split.kind in ASKS:
        set_condition(draft, way, first_condition(draft.outline))
        _before_default(sheet, entry.id, way)
    return task


def _end_of(draft: Draft, entry: Ways) -> str:
    """Where one more way ends: at the gateway that closes the block, which is drawn if there is none."""
    sheet = draft.sheet
    if entry.join:
        return entry.join
    if entry.after is None:
        return sheet.add(sheet.scope_of(entry.id), "endEvent", "done", name="Done").get("id", "")
    out = open_place(draft, entry.after)
    if len(entry.after.flows) > 1:
        return sheet.source(out)
    kind = entry.split.kind if entry.split.kind != "eventBasedGateway" else "exclusiveGateway"
    join = sheet.add(sheet.scope_of(entry.id), kind, f"{entry.id}_done").get("id", "")
    target = sheet.target(out)
    sheet.lead(out, join)
    sheet.connect(join, target)
    return join


def remove_way(draft: Draft, identifier: str, flow: str) -> str:
    """Take one way of a gateway away with its steps; with the last but one, the gateway goes too."""
    entry, sheet = _ways(draft, identifier), draft.sheet
    way = _way(entry, flow)
    if way.row is None:
        raise CannotBeListed("This way leads to what follows. Take the other one away instead.")
    drop_way(sheet, entry.id, flow)
    for inner in way.row.entries:
        for step in steps_in(inner):
            if step in sheet.elements:
                sheet.drop_step(step)
    return entry.id


def go_back(draft: Draft, place: str, target: str, condition: str) -> str:
    """At a place, go back to an earlier step under a condition. Returns the gateway that asks."""
    sheet, found = draft.sheet, draft.outline.place(place)
    if target not in {entry.id for entry in earlier(draft.outline, place)}:
        raise CannotBeListed("It can only go back to a step that comes before it.")
    flow = open_place(draft, found)
    scope = sheet.scope_of(target)
    split = sheet.add(scope, "exclusiveGateway", "go_back").get("id", "")
    following = sheet.target(flow)
    sheet.lead(flow, split)
    back = sheet.connect(split, _landing(draft, target))
    sheet.find(split).set("default", sheet.connect(split, following))
    set_condition(draft, back, condition)
    return split


def earlier(outline: Outline, place: str) -> list[Entry]:
    """The entries that a way from a place may go back to: those before it in its row and in the rows around."""
    found: list[Entry] = []
    row, at = _row_of(outline, place)
    while row is not None:
        before = [one for one in row.entries[:at] if isinstance(one, (Doing, Drawn, Ways))]
        found = [*before, *found]
        row, at = _outwards(outline, row)
    return found


def _row_of(outline: Outline, place: str) -> tuple[Row | None, int]:
    for row in every_row(outline.scope):
        if row.start and row.start.key == place:
            return row, 0
        for at, entry in enumerate(row.entries):
            if entry.after and entry.after.key == place:
                return row, at + 1
    return None, 0


def _outwards(outline: Outline, row: Row) -> tuple[Row | None, int]:
    """The row around a block, and the place of the block in it; none out of steps in parallel."""
    for outer in every_row(outline.scope):
        for at, entry in enumerate(outer.entries):
            if any(inner is row for inner in rows_of(entry)):
                together = isinstance(entry, Ways) and entry.split.kind not in ("exclusiveGateway", "eventBasedGateway")
                aside = isinstance(entry, Doing) and any(b.row is row and not b.event.interrupts for b in entry.borders)
                return (None, 0) if together or aside else (outer, at + isinstance(entry, Doing))
    return None, 0


def _landing(draft: Draft, target: str) -> str:
    """The gateway in front of a step where ways back come in, which is drawn if there is none."""
    sheet = draft.sheet
    into = sheet.into(target)
    before = [sheet.source(flow) for flow in into]
    entry = draft.outline.entries.get(before[0]) if len(before) == 1 else None
    if isinstance(entry, Landing):
        return entry.id
    landing = sheet.add(sheet.scope_of(target), "exclusiveGateway", "again").get("id", "")
    for flow in into:
        sheet.lead(flow, landing)
    sheet.connect(landing, target)
    return landing


def _before_default(sheet: Sheet, gateway: str, way: str) -> None:
    default = sheet.find(gateway).get("default")
    if default in sheet.elements:
        element = sheet.find(way)
        sheet.find(default).addprevious(element)
        element.tail = element.tail or "\n"


def _ways(draft: Draft, identifier: str) -> Ways:
    entry = draft.outline.entry(identifier)
    if not isinstance(entry, Ways):
        raise CannotBeListed("Only a block has ways.")
    return entry


def _way(entry: Ways, flow: str) -> Way:
    found = next((way for way in entry.ways if way.flow.id == flow), None)
    if found is None:
        raise CannotBeListed("This way is not there any more.")
    return found
