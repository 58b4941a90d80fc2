"""What only shows when the rows of a people file are seen together, and with what the database knows."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping

from workflows.people.imports.known import KnownPeople
from workflows.people.imports.people_file import PersonRow
from workflows.people.imports.report import Finding

_SMALL_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def check_people(rows: list[PersonRow], mentioned: set[str], known: KnownPeople) -> list[Finding]:
    """What must be put right: doubled ids and addresses, managers who do not exist, reporting loops.

    `mentioned` are all ids in the file, those of unreadable lines included. Expects `rows` in order of the file.
    """
    return [
        *_doubled_ids(rows),
        *_doubled_addresses(rows, known),
        *_unknown_managers(rows, mentioned | known.people.keys()),
        *_loops(rows, known),
    ]


def _doubled_ids(rows: list[PersonRow]) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in rows:
        if row.id and row.id in seen:
            yield row.finding("employee_id", "same id as another row", "Give every person one row with an own id.")
        seen.add(row.id)


def _doubled_addresses(rows: list[PersonRow], known: KnownPeople) -> Iterator[Finding]:
    sharing: dict[str, list[PersonRow]] = defaultdict(list)
    for row in rows:
        if row.values["email"]:
            sharing[row.values["email"].lower()].append(row)
    in_file = {row.id for row in rows}
    taken = {who["email"].lower(): who["id"] for who in known.people.values() if who["id"] not in in_file}
    remedy = "Sign-in needs an address for each person: correct it here or in the other row."
    for address, sharers in sharing.items():
        owner = _owner(sharers)
        for row in sharers:
            if row is not owner:
                yield row.finding("email", "same address as another row", remedy)
        if address in taken:
            yield owner.finding("email", f"same address as {taken[address]}, who is not in this file", remedy)


def _owner(sharers: list[PersonRow]) -> PersonRow:
    """Whose address it is: the one row whose name it spells, otherwise the first row."""
    spelled = [row for row in sharers if _spells(row.values["email"], row.values["name"] or "")]
    return spelled[0] if len(spelled) == 1 else sharers[0]


def _spells(email: str, name: str) -> bool:
    local = _letters(email.partition("@")[0])
    words = [_letters(word) for word in name.split()]
    return bool(words) and all(word in local for word in words)


def _letters(text: str) -> str:
    return re.sub("[^a-z]", "", unicodedata.normalize("NFKD", text).lower())


def _unknown_managers(rows: list[PersonRow], existing: set[str]) -> Iterator[Finding]:
    remedy = "Correct the id, add the manager to the file, or leave it empty while the post is vacant."
    for row in rows:
        if row.manager_id and row.manager_id not in existing:
            yield row.finding("manager_id", "manager does not exist", remedy)


def _loops(rows: list[PersonRow], known: KnownPeople) -> Iterator[Finding]:
    managers: dict[str, str | None] = {who: standing.manager_id for who, standing in known.standing.items()}
    first_rows: dict[str, PersonRow] = {}
    for row in rows:
        if row.id not in first_rows:
            first_rows[row.id] = row
            managers[row.id] = row.manager_id
    told: set[str] = set()
    for row in first_rows.values():
        loop = find_loop(managers, row.id) if row.id not in told else []
        told.update(loop)
        if loop:
            yield row.finding("manager_id", describe_loop(loop), "Correct the manager of one of them.")


def find_loop(managers: Mapping[str, str | None], start: str) -> list[str]:
    """The people of the reporting loop that `start` is part of, `start` first; empty when there is none."""
    line = [start]
    above = managers.get(start)
    while above is not None and above not in line:
        line.append(above)
        above = managers.get(above)
    return line if above == start else []


def describe_loop(loop: list[str]) -> str:
    """What to call a loop of that length; the members of longer ones are named."""
    if len(loop) == 1:
        return "reports to self"
    size = _SMALL_NUMBERS[len(loop) - 2] if len(loop) <= 10 else str(len(loop))
    members = f" ({' > '.join(loop[:10])} > {loop[0]})" if len(loop) > 2 else ""
    return f"reporting loop of {size}{members}"
