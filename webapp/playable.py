"""The processes that can be played before a launch, as a form offers them: drafts and published versions."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.numbers import read_number
from workflows.designs.library import list_library

DRAFT, PUBLISHED = "draft", "published"


@dataclass(frozen=True)
class Playable:
    """A process that can be played: `value` stands for it in forms and addresses, as `draft-7` or `published-3`.

    Drafts and versions of one process have the same `key`.
    """

    value: str
    label: str
    key: str


def list_playable(session: Session, *, every_version: bool = False) -> list[Playable]:
    """Every draft and the newest version of every process by name, or all of its versions; the newest first."""
    found = []
    for entry in list_library(session).used:
        if entry.draft is not None:
            found.append(Playable(f"{DRAFT}-{entry.draft.id}", f"{entry.name} (draft)", entry.key))
        found.extend(
            Playable(f"{PUBLISHED}-{definition.id}", f"{entry.name}, version {definition.version}", entry.key)
            for definition in (entry.versions if every_version else entry.versions[:1])
        )
    return found


def read_playable(value: str) -> tuple[str, int | None]:
    """The kind and the number behind the value of a form; the number is None for anything else."""
    kind, _, text = value.partition("-")
    try:
        return kind, read_number(text) if kind in (DRAFT, PUBLISHED) else None
    except ValueError:
        return kind, None
