"""Moving what runs on one version to another: the change in words, where each step goes, and what would follow."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Definition, NotFound, Rejection, clock, program_for
from engine.migration import Proposal, choices, propose, running
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from webapp.versions import blueprint
from workflows.people.accounts import HR
from workflows.people.search import name_people
from workflows.versions.difference import describe_change
from workflows.versions.listing import Version, list_versions
from workflows.versions.outlook import look_ahead

STEP = "step."
"""What the fields that send a step somewhere begin with; the id of the step follows."""

SHOWN = 50
LONGEST_REASON = 500


@dataclass(frozen=True)
class Asked:
    """What the address or the form asks for: from which version, to which, and what was decided about steps."""

    versions: list[Version]
    old: Definition
    new: Definition
    decided: dict[str, str]


@blueprint.get("/<key>/migration")
@only_for(HR)
def show_migration(key: str) -> ResponseReturnValue:
    """What would become of everything that runs on the old version; nothing is changed."""
    return _page(_read(key), problem="")


@blueprint.post("/<key>/migration")
@only_for(HR)
def begin_migration(key: str) -> ResponseReturnValue:
    """Ask for it; jobs move one case after the other while everybody works on."""
    asked, reason = _read(key), request.form.get("reason", "").strip()
    if not reason:
        return invalid(_page(asked, problem="Say why: it stays on record with every case that moves."))
    try:
        batch = running.begin(
            current_session(),
            asked.old,
            asked.new,
            by=signed_in().person_id,
            reason=reason[:LONGEST_REASON],
            now=clock.now(),
            decided=asked.decided,
        )
    except Rejection as refusal:
        discard_changes()
        return invalid(_page(_read(key), problem=str(refusal)))
    flash("The running cases move now, one after the other.", "success")
    return redirect(url_for("versions.show_moving", batch_id=batch.id))


def _read(key: str) -> Asked:
    """Without a choice: from the version below the newest on which something runs, to the newest."""
    versions = list(list_versions(current_session(), key))
    older = [one for one in versions[1:] if one.running] or versions[1:]
    if not older:
        raise NotFound("There is one version only, so there is nothing to move from or to.")
    return Asked(
        versions,
        old=_version(versions, "from", older[0].definition),
        new=_version(versions, "to", versions[0].definition),
        decided={
            name.removeprefix(STEP): value
            for name, value in request.values.items()
            if name.startswith(STEP) and value != "as proposed"
        },
    )


def _version(versions: list[Version], field: str, otherwise: Definition) -> Definition:
    number = request.values.get(field, "")
    return next((one.definition for one in versions if str(one.definition.version) == number), otherwise)


def _page(asked: Asked, *, problem: str) -> str:
    session = current_session()
    old, new = program_for(session, asked.old.id), program_for(session, asked.new.id)
    decided, outlook = asked.decided, None
    try:
        outlook = look_ahead(session, running.route_between(session, asked.old, asked.new, decided), clock.now())
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
        names=name_people(session, [draft.author for draft in drafts]),
        step=STEP,
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        problem=problem,
    )


def _chosen(proposal: Proposal, asked: Asked) -> str:
    return asked.decided.get(proposal.old.id, "as proposed")
