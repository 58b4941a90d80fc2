"""Moving what runs on one version to another: the change in words, where each step goes, and what would follow."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Definition, NotFound, Rejection, clock, program_for
from engine.migration import Proposal, choices, propose, running, tell_passage
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from webapp.versions import blueprint
from workflows.cycles.models import Cycle
from workflows.designs.difference import describe_change
from workflows.people.accounts import HR
from workflows.people.search import name_people
from workflows.versions.listing import CycleOn, Version, list_cycles, list_versions
from workflows.versions.outlook import look_ahead

STEP = "step."
"""What the fields that send a step somewhere begin with; the id of the step follows."""

SHOWN = 50
SHOWN_DEADLINES = 12
LONGEST_REASON = 500


@dataclass(frozen=True)
class Asked:
    """What the address or the form asks for: from which version, to which, in which cycle, and what becomes of steps.

    `cycles` are those that can be chosen; without a `cycle` everything moves.
    """

    versions: list[Version]
    old: Definition
    new: Definition
    cycles: Sequence[CycleOn]
    cycle: Cycle | None
    decided: dict[str, str]

    @property
    def root_id(self) -> int | None:
        """The instance of the cycle that alone moves."""
        return None if self.cycle is None else self.cycle.instance_id


@blueprint.get("/<key>/migration")
@only_for(HR)
def show_migration(key: str) -> ResponseReturnValue:
    """What would become of everything that runs on the old version; nothing is changed."""
    return _page(_read(key))


@blueprint.post("/<key>/migration")
@only_for(HR)
def begin_migration(key: str) -> ResponseReturnValue:
    """Ask for it; jobs move one case after the other while everybody works on."""
    asked, reason = _read(key), request.form.get("reason", "").strip()
    if not reason:
        return invalid(_page(asked, unsaid="Say why: it stays on record with every case that moves."))
    try:
        batch = running.begin(
            current_session(),
            asked.old,
            asked.new,
            by=signed_in().person_id,
            reason=reason[:LONGEST_REASON],
            now=clock.now(),
            decided=asked.decided,
            root_id=asked.root_id,
        )
    except Rejection as refusal:
        discard_changes()
        return invalid(_page(_read(key), problem=str(refusal)))
    flash("The running cases move now, one after the other.", "success")
    return redirect(url_for("versions.show_moving", batch_id=batch.id))


def _read(key: str) -> Asked:
    """Without a choice: everything, from the version below the newest on which most runs, to the newest."""
    session = current_session()
    versions = list(list_versions(session, key))
    if len(versions) == 1:
        raise NotFound("There is one version only, so there is nothing to move from or to.")
    old = _version(versions, "from", max(versions[1:], key=lambda one: one.running).definition)
    cycles = list_cycles(session, old.id)
    return Asked(
        versions,
        old=old,
        new=_version(versions, "to", versions[0].definition),
        cycles=cycles,
        cycle=next((one.cycle for one in cycles if str(one.cycle.id) == request.values.get("cycle")), None),
        decided={
            name.removeprefix(STEP): value
            for name, value in request.values.items()
            if name.startswith(STEP) and value != "as proposed"
        },
    )


def _version(versions: list[Version], field: str, otherwise: Definition) -> Definition:
    number = request.values.get(field, "")
    return next((one.definition for one in versions if str(one.definition.version) == number), otherwise)


def _page(asked: Asked, *, problem: str = "", unsaid: str = "") -> str:
    session = current_session()
    old, new = program_for(session, asked.old.id), program_for(session, asked.new.id)
    decided, outlook = asked.decided, None
    try:
        route = running.route_between(session, asked.old, asked.new, decided)
        outlook = look_ahead(session, route, clock.now(), root_id=asked.root_id)
    except Rejection as refusal:
        problem, decided = str(refusal), {}
    proposals = propose(old, new, decided)
    drafts = [] if outlook is None else outlook.drafts[:SHOWN]
    return render_template(
        "versions/migration.html",
        asked=asked,
        changes=[] if asked.old.id == asked.new.id else describe_change(old, new),
        proposals=proposals,
        options={one.old.id: choices(old, new, one.old) for one in proposals},
        chosen={one.old.id: _chosen(one, asked) for one in proposals},
        outlook=outlook,
        drafts=drafts,
        deadlines=[] if outlook is None else outlook.deadlines.most_common(SHOWN_DEADLINES),
        today=clock.now().date(),
        names=name_people(session, [draft.author for draft in drafts]),
        tell_passage=tell_passage,
        step=STEP,
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        problem=problem,
        unsaid=unsaid,
    )


def _chosen(proposal: Proposal, asked: Asked) -> str:
    return asked.decided.get(proposal.old.id, "as proposed")
