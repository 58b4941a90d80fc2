"""Looking for the person who gets something: the search behind `macros/picking.html`."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import request

from engine import clock
from webapp.request_session import current_session
from workflows.people.models import ACTIVE
from workflows.people.search import FoundPerson, search_people

SHOWN = 8


@dataclass(frozen=True)
class Candidates:
    """What was looked for, the first of those who fit, and how many fit altogether."""

    search: str
    people: list[FoundPerson]
    total: int


def find_candidates(barred: Collection[str | None]) -> Candidates:
    """The people at work who fit the `q` of the request, without those who are out of the question."""
    search = request.values.get("q", "").strip()
    if not search:
        return Candidates("", [], 0)
    found = search_people(current_session(), clock.now().date(), search=search, status=ACTIVE, limit=SHOWN)
    people = [row for row in found.rows if row.person.id not in barred]
    return Candidates(search, people, found.total - (len(found.rows) - len(people)))
