"""Putting steps into a diagram and taking them out: what every edit of the step list is made of."""

from dataclasses import dataclass

from engine import Rejection
from workflows.designs.outline.sheet import RF, Sheet
from workflows.designs.outline.tree import Doing, Drawn, Entry, Outline, Place, Ways, row_around, steps_in

GATEWAY = "Gateway"


class CannotBeListed(Rejection):
    """The edit would make something of the diagram that the list cannot hold; nothing has changed."""


@dataclass
class Draft:
    """A file that is being edited, and its outline as it was before."""

    sheet: Sheet
    outline: Outline


def open_place(draft: Draft, place: Place) -> str:
    """The one flow on which a step can be put at a place; several flows are united first."""
    sheet = draft.sheet
    if len(place.flows) == 1:
        return place.flows[0]
    if not place.flows:
        end = sheet.add(sheet.scope_of(place.source), "endEvent", "done", name="Done")
        return sheet.connect(place.source, end.get("id", ""))
    target = sheet.target(place.flows[0])
    gateway = sheet.add(sheet.scope_of(target), place.join, "together").get("id", "")
    for flow in place.flows:
        sheet.lead(flow, gateway)
    return sheet.connect(gateway, target)


def splice(sheet: Sheet, flow: str, first: str, last: str) -> str:
    """Put steps on a flow, from the first to the last one; returns the flow that leads on behind them."""
    target = sheet.target(flow)
    for step in dict.fromkeys((first, last)):
        sheet.share_lane(sheet.source(flow), step)
    sheet.lead(flow, first)
    return sheet.connect(last, target)


def lift(draft: Draft, entry: Entry) -> str:
    """Close the row behind an entry that is to go elsewhere; returns the flow that leads out of it.

    Ways back to the entry stay with it. Raises CannotBeListed for what cannot be lifted.
    """
    sheet, place = draft.sheet, place_behind(entry)
    out = open_place(draft, place)
    target = sheet.target(out)
    if target == entry.id:
        raise CannotBeListed("It goes back to itself. Change that in the diagram.")
    for flow in flows_into(draft, entry):
        if flow != out:
            sheet.lead(flow, target)
    return out


def place_behind(entry: Entry) -> Place:
    """The place behind an entry that can be moved. Raises CannotBeListed for one that ends its row."""
    if not isinstance(entry, (Doing, Ways, Drawn)) or entry.after is None:
        raise CannotBeListed("Nothing comes after this, so it stays where it is. Move what is in it instead.")
    return entry.after


def place_before(outline: Outline, entry: Entry) -> Place | None:
    """The place in front of an entry; None where nothing can stand there."""
    row, at = row_around(outline, entry)
    return row.entries[at - 1].after if at else row.start


def flows_into(draft: Draft, entry: Entry) -> list[str]:
    """The flows that lead to an entry from what comes before it."""
    return [flow for flow in draft.sheet.into(entry.id) if flow not in draft.outline.backs]


def drop(draft: Draft, entry: Entry) -> None:
    """Take away all that an entry is drawn with."""
    for step in steps_in(entry):
        if step in draft.sheet.elements:
            draft.sheet.drop_step(step)


def drop_way(sheet: Sheet, gateway: str, flow: str) -> None:
    """Take a flow out of a gateway away; if it was the one taken otherwise, the last of the others is from then on."""
    was_default = sheet.find(gateway).get("default") == flow
    sheet.drop_flow(flow)
    if was_default and sheet.out_of(gateway):
        last = sheet.out_of(gateway)[-1]
        sheet.write_expression(last, "conditionExpression", "")
        sheet.find(gateway).set("default", last)


def add_task(sheet: Sheet, near: str, name: str, actor: str = "") -> str:
    """A new step for a person in the process that the element `near` is drawn in; returns its id."""
    task = sheet.add(sheet.scope_of(near), "userTask", name, name=name)
    if actor:
        task.set(f"{{{RF}}}actor", actor)
    return task.get("id", "")


def tidy(sheet: Sheet, before: dict[str, tuple[int, int]]) -> None:
    """Take away gateways that an edit has left without a purpose; `before` is what `count_ways` said before it."""
    changed = True
    while changed:
        changed = False
        for gateway, ways in count_ways(sheet).items():
            if gateway not in sheet.elements or before.get(gateway) == ways:
                continue
            changed = _drop_double(sheet, gateway) or _dissolve(sheet, gateway) or changed


def count_ways(sheet: Sheet) -> dict[str, tuple[int, int]]:
    """How many flows lead into each gateway, and out of it to different steps."""
    into: dict[str, int] = {}
    out_of: dict[str, set[str]] = {}
    for flow in sheet.flows():
        into[flow.get("targetRef", "")] = into.get(flow.get("targetRef", ""), 0) + 1
        out_of.setdefault(flow.get("sourceRef", ""), set()).add(flow.get("targetRef", ""))
    gateways = [key for key, element in sheet.elements.items() if str(element.tag).endswith(GATEWAY)]
    return {gateway: (into.get(gateway, 0), len(out_of.get(gateway, ()))) for gateway in gateways}


def _drop_double(sheet: Sheet, gateway: str) -> bool:
    """Of two flows to the same step, one is enough: the one that is taken otherwise."""
    default = sheet.find(gateway).get("default")
    seen: dict[str, str] = {}
    for flow in sheet.out_of(gateway):
        twin = seen.setdefault(sheet.target(flow), flow)
        if twin != flow:
            sheet.drop_flow(twin if flow == default else flow)
            return True
    return False


def _dissolve(sheet: Sheet, gateway: str) -> bool:
    into, out_of = sheet.into(gateway), sheet.out_of(gateway)
    if len(into) != 1 or len(out_of) != 1 or sheet.target(out_of[0]) == gateway:
        return False
    sheet.lead(into[0], sheet.target(out_of[0]))
    sheet.drop_step(gateway)
    return True
