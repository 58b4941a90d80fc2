"""reviewflow versions and migrate: what runs on which version, moving it to another, and back."""

from dataclasses import asdict
from threading import Event

import click
from sqlalchemy.orm import Session

from engine import Batch, Definition, NotFound, SessionFactory, batches, clock, definitions, jobs, reading, transaction
from engine.migration import running, tell_passage
from webapp.commands.accounts import find_person
from webapp.commands.installation import open_installation
from webapp.commands.printing import json_option, print_json, print_table, progress
from workflows.versions.listing import list_versions
from workflows.versions.outlook import Outlook, look_ahead

SHOWN = 20


@click.command()
@click.argument("process")
@json_option
def versions(process: str, *, as_json: bool) -> None:
    """List the versions of PROCESS, such as annual_review, with how much runs on each."""
    with reading(open_installation().factory) as session:
        found = list_versions(session, process)
    if as_json:
        print_json(
            [
                {
                    "version": one.definition.version,
                    "deployed_at": one.definition.deployed_at,
                    "deployed_by": one.definition.deployed_by,
                    "cycles": one.cycles,
                    "running": one.running,
                }
                for one in found
            ]
        )
        return
    rows = [
        (
            f"{process}:{one.definition.version}",
            f"{one.definition.deployed_at:%Y-%m-%d %H:%M}",
            one.definition.deployed_by or "",
            one.cycles,
            one.running,
        )
        for one in found
    ]
    print_table(("version", "published", "by", "cycles", "running"), rows)


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--map", "pairs", multiple=True, metavar="STEP=STEP", help="Where those who wait at a step go, by id.")
@click.option("--by", metavar="PERSON", help="Who asks for it: employee id or e-mail address.")
@click.option("--reason", default="The process was changed.", help="For the record.")
@click.option("--dry-run", is_flag=True, help="Tell what would become of each; change nothing.")
@click.option("--wait", is_flag=True, help="Do the work before the command ends.")
@json_option
def migrate(
    old: str, new: str, pairs: tuple[str, ...], by: str | None, reason: str, *, dry_run: bool, wait: bool, as_json: bool
) -> None:
    """Move what runs on the version OLD to the version NEW, both such as annual_review:2.

    A step goes where its id is found again, or what it is; --map decides otherwise, and with nothing behind the sign
    those who wait there stay. Without --wait the workers do it in the background. `migrate show N` tells how far the
    migration N is, `migrate undo N` takes it back as far as nothing has gone on since.
    """
    factory = open_installation().factory
    if old == "show":
        _tell(factory, _number(new), as_json=as_json)
    elif old == "undo":
        _undo(factory, _number(new), by, reason, wait=wait, as_json=as_json)
    elif dry_run:
        with reading(factory) as session:
            route = running.route_between(session, *_read_versions(session, old, new), _read_pairs(pairs))
            _print_outlook(look_ahead(session, route, clock.now()), as_json=as_json)
    else:
        with transaction(factory) as session:
            batch = running.begin(
                session,
                *_read_versions(session, old, new),
                by=_person(session, by),
                reason=reason,
                now=clock.now(),
                decided=_read_pairs(pairs),
            )
        _finish(factory, batch, wait=wait, as_json=as_json)


def _undo(factory: SessionFactory, number: int, by: str | None, reason: str, *, wait: bool, as_json: bool) -> None:
    with transaction(factory) as session:
        batch = running.begin_return(session, number, by=_person(session, by), reason=reason, now=clock.now())
    _finish(factory, batch, wait=wait, as_json=as_json)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise click.BadParameter(f"“{text}” is not the number of a migration.")
    return int(text)


def _person(session: Session, by: str | None) -> str:
    if by is None:
        raise click.UsageError("Say who asks for it: --by, with an employee id or an e-mail address.")
    return find_person(session, by).id


def _read_versions(session: Session, old: str, new: str) -> tuple[Definition, Definition]:
    first, second = (_read_version(session, name) for name in (old, new))
    return first, second


def _read_version(session: Session, name: str) -> Definition:
    key, _, version = name.rpartition(":")
    if not key or not version.isdecimal():
        raise NotFound(f"“{name}” is no version. Write for instance annual_review:2.")
    return definitions.version_of(session, key, int(version))


def _read_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise click.BadParameter(f"“{pair}” is no pair of steps. Write for instance check=release.")
    return {old.strip(): new.strip() for old, _, new in (pair.partition("=") for pair in pairs)}


def _print_outlook(outlook: Outlook, *, as_json: bool) -> None:
    found = outlook.instances
    if as_json:
        groups = [
            {"reason": group.reason, "moves": group.moves, "count": group.count, "examples": group.examples}
            for group in found.groups
        ]
        numbers = {
            "moving": found.moving,
            "staying": found.staying,
            "closed": dict(found.closed),
            "passed": dict(found.passed),
        }
        drafts = {"kept": outlook.kept, "changed": [asdict(draft) for draft in outlook.drafts]}
        times = {"handed_on": found.handed_on, "retimed": found.retimed}
        print_json({**numbers, **times, "groups": groups, "drafts": drafts})
        return
    click.echo(f"{found.moving:,} would move, {found.staying:,} would stay.")
    for group in found.groups:
        moves = ", ".join(tell_passage(old, new) for old, new in group.moves)
        click.echo(f"{group.count:>8,}  {group.reason or moves or 'wait for members'}")
    for count, text in (
        (found.handed_on, "open tasks may change hands"),
        (found.retimed, "open tasks get another deadline or other reminders"),
        (sum(found.closed.values()), "open tasks are not needed any more"),
        *((count, f"are past “{name}”, which is new, and will not have it") for name, count in found.passed.items()),
    ):
        if count:
            click.echo(f"{count:>8,}  {text}")
    _print_drafts(outlook)


def _print_drafts(outlook: Outlook) -> None:
    if not outlook.drafts:
        return
    click.echo(
        f"{len(outlook.drafts):,} drafts meet another form; what they hold is kept, {outlook.kept:,} more fit it."
    )
    rows = [
        (draft.instance_id, draft.step, draft.author, ", ".join(draft.hidden), ", ".join(draft.asked))
        for draft in outlook.drafts[:SHOWN]
    ]
    print_table(("case", "step", "by", "asked no more", "to be answered"), rows)
    if len(outlook.drafts) > SHOWN:
        click.echo(f"  {len(outlook.drafts) - SHOWN:,} more; see them with --json")


def _finish(factory: SessionFactory, batch: Batch, *, wait: bool, as_json: bool) -> None:
    if wait:
        _work(factory, batch.id)
    _tell(factory, batch.id, as_json=as_json)


def _work(factory: SessionFactory, batch_id: int) -> None:
    """Do what is due, beside any worker that does so too, and show how far the migration is."""
    with progress("Moving", _progress(factory, batch_id).total) as bar:
        while waiting := _progress(factory, batch_id).waiting:
            if not jobs.drain(factory, limit=20):
                # Another worker holds what is left.
                Event().wait(0.1)
            bar.update(waiting - _progress(factory, batch_id).waiting)


def _progress(factory: SessionFactory, batch_id: int) -> batches.Progress:
    with reading(factory) as session:
        return batches.progress_of(session, [batch_id])[batch_id]


def _tell(factory: SessionFactory, batch_id: int, *, as_json: bool) -> None:
    with reading(factory) as session:
        batch = batches.get(session, batch_id)
        results = batches.results_of(session, batch_id, limit=SHOWN)
    found = _progress(factory, batch_id)
    failed = [
        (one.instance.name if one.instance else "", one.item.note) for one in results if one.item.state == "failed"
    ]
    if as_json:
        numbers = {"total": found.total, "done": found.done, "stayed": found.failed, "waiting": found.waiting}
        print_json({"migration": batch_id, **numbers, "reasons": failed})
        return
    click.echo(f"Migration {batch_id}, {batch.title}: {found.done:,} of {found.total:,} done, {found.failed:,} stayed.")
    if failed:
        print_table(("stays", "because"), failed)
    if found.waiting:
        click.echo(f"Workers do the other {found.waiting:,}. Look again: reviewflow migrate show {batch_id}")
