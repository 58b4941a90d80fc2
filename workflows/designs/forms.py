"""The forms of a design: how they begin, which steps ask them, and that steps follow when one is renamed."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from lxml import etree
from sqlalchemy.orm import Session

from engine import NAMESPACES, NotFound, read_xml
from workflows.calibration.groups import REVIEW_FORM
from workflows.calibration.releasing import RELEASE_FORM
from workflows.designs.changing import save_file
from workflows.designs.files import diagram_path
from workflows.designs.parts import LONGEST_TITLE, Kind, find_place
from workflows.designs.reading import files_of, lock_design
from workflows.questionnaires.reading import NEWEST_SCHEMA
from workflows.reviews.hooks import has_hooks

BEHIND_CLOSED_DOORS = {"visibleTo": "hr", "from": "released"}
"""The contract of a form that says nothing else: its author and HR read the answers."""

READY = {
    "reward-proposal": "Propose a bonus",
    "reward-approval": "Approve or reject the bonus",
    "approval": "Approve or reject",
}
"""Forms that can be taken as they are, by name. Those of rewards keep theirs: by it proposals are made and decided."""

_FORM = f"{{{NAMESPACES['rf']}}}form"


def path_of(name: str) -> str:
    """The path of the form that steps call `name`."""
    return FORMS.path_of(name)


def add_form(session: Session, design_id: int, title: str, *, by: str, now: datetime) -> str:
    """Add an empty form to a design, and return the name by which steps ask it.

    Nobody but its author and HR reads its answers until its contract says otherwise. Raises UnfitTitle.
    """
    place = find_place(session, design_id, FORMS, title)
    content = empty_form(place.name, place.title, BEHIND_CLOSED_DOORS)
    save_file(session, design_id, FORMS.path_of(place.name), content, based_on=0, by=by, now=now)
    return place.name


def read_ready(name: str) -> bytes:
    """A form of `READY`. Raises NotFound for one that there is not."""
    if name not in READY:
        raise NotFound("There is no such form. Choose one of the list.")
    return (Path(__file__).parent / "ready" / f"{name}.json").read_bytes()


def add_ready_form(session: Session, design_id: int, name: str, *, by: str, now: datetime) -> str:
    """Add a form of `READY` to a design that does not have it yet, and return its name. Raises NotFound."""
    content = read_ready(name)
    lock_design(session, design_id)
    if path_of(name) not in files_of(session, design_id):
        save_file(session, design_id, path_of(name), content, based_on=0, by=by, now=now)
    return name


def empty_form(name: str, title: str, contract: Mapping[str, str]) -> bytes:
    """A form without questions, whose answers are read as the contract says."""
    form = {
        "type": "default",
        "id": name,
        "schemaVersion": NEWEST_SCHEMA,
        "name": title,
        "properties": dict(contract),
        "components": [],
    }
    return orjson.dumps(form, option=orjson.OPT_INDENT_2)


def _find_asked(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """By form: the names of the steps that ask it. Read from the XML: a draft may not be a whole diagram yet."""
    asked: dict[str, tuple[str, ...]] = {}
    for form, element in _askers(files):
        asked[form] = (*asked.get(form, ()), element.get("name") or element.get("id") or form)
    return asked


def asked_elsewhere(files: Mapping[str, bytes], form: str, step: str) -> list[str]:
    """The names of the steps that ask a form, but for the step of this id."""
    others = (element for name, element in _askers(files) if name == form and element.get("id") != step)
    return [element.get("name") or element.get("id") or form for element in others]


def _askers(files: Mapping[str, bytes]) -> Iterator[tuple[str, etree._Element]]:
    """Each step that asks a form, with the name of the form."""
    root = read_xml(files[diagram_path(files)], "The diagram")
    for element in root.iter("{*}userTask", "{*}manualTask"):
        if form := element.get(_FORM):
            yield form, element


def title_of(content: bytes, name: str) -> str:
    """What a form is called; its name where it cannot be read."""
    try:
        form: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        return name
    title = form.get("name") if isinstance(form, dict) else None
    return title[:LONGEST_TITLE] if isinstance(title, str) and title.strip() else name


def _follow(diagram: bytes, old: str, new: str) -> bytes:
    """The diagram with steps that ask the form by its new name; every other byte stays."""
    prefixes = {prefix for element in read_xml(diagram, "The diagram").iter() for prefix in _prefixes(element.nsmap)}
    for prefix in prefixes:
        attribute = rf"(\s{re.escape(prefix)}:form\s*=\s*)([\"']){re.escape(old)}\2".encode()
        diagram = re.sub(attribute, lambda found: found[1] + found[2] + new.encode() + found[2], diagram)
    return diagram


def _prefixes(declared: Mapping[str | None, str]) -> set[str]:
    return {prefix for prefix, uri in declared.items() if prefix and uri == NAMESPACES["rf"]}


def is_fixed(name: str) -> bool:
    """Whether Reviewflow knows a form by its name, because it does more with its answers than to keep them."""
    return name in (REVIEW_FORM, RELEASE_FORM) or has_hooks(name)


FORMS = Kind(
    word="form",
    folder="forms/",
    ending=".json",
    example="Mid-year check-in",
    read_title=lambda _path, content: title_of(content, ""),
    find_asked=_find_asked,
    follow=_follow,
    is_fixed=is_fixed,
)
