"""The decision tables of a design: how they begin, which steps ask them, and what they can ask."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson
from lxml import etree
from sqlalchemy.orm import Session

from engine import NAMESPACES, Rejection, known_variables, read_xml
from engine.dmn import local_name
from workflows.designs.changing import save_file
from workflows.designs.files import diagram_path
from workflows.designs.parts import Kind, find_place
from workflows.designs.vocabulary import TYPES, declared_variables

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_DEFAULT: Any = {None: DMN}
_RF = f"{{{NAMESPACES['rf']}}}"


def add_table(session: Session, design_id: int, title: str, *, by: str, now: datetime) -> tuple[str, str]:
    """Add a decision table without rows to a design; return the name of its file, and the id by which steps ask it.

    Raises UnfitTitle.
    """
    place = find_place(session, design_id, TABLES, title)
    dmn_files = {path: content for path, content in place.files.items() if path.endswith(TABLES.ending)}
    taken = {decision for path, content in dmn_files.items() for decision, _ in _decisions(path, content)}
    identifier = next(one for one in _identifiers(place.name) if one not in taken)
    content = _empty_table(identifier, place.title)
    save_file(session, design_id, TABLES.path_of(place.name), content, based_on=0, by=by, now=now)
    return place.name, identifier


def describe_table_vocabulary(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What a table of this package can ask: the types, and the variables with the choices that forms give for them."""
    choices = dict(_choices(files))
    known = dict([*known_variables.items(), *declared_variables(files)])
    return {
        "types": [{"name": name, "label": label} for name, label in TYPES.items()],
        "variables": [
            {"name": name, "type": field.type, "label": field.label or name, "choices": choices.get(name, [])}
            for name, field in known.items()
        ],
    }


def _find_asked(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """By file: the names of the steps that ask one of its decisions."""
    asked = _find_askers(files)
    found = {}
    for name in TABLES.names_in(files):
        path = TABLES.path_of(name)
        steps = (step for identifier, _ in _decisions(path, files[path]) for step in asked.get(identifier, ()))
        found[name] = tuple(dict.fromkeys(steps))
    return found


def _read_title(path: str, content: bytes) -> str:
    """The title of the first decision."""
    return next((title for _, title in _decisions(path, content)), "")


def _find_askers(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """By decision: the names of the steps that ask it, for their answer or for who does them."""
    root = read_xml(files[diagram_path(files)], "The diagram")
    asked: dict[str, tuple[str, ...]] = {}
    for element in root.iter("{*}businessRuleTask", "{*}userTask", "{*}manualTask"):
        names_who = element.get(f"{_RF}actor") == "decision table"
        decision = element.get(f"{_RF}actorArgument") if names_who else element.get(f"{_RF}decision")
        if decision:
            asked[decision] = (*asked.get(decision, ()), element.get("name") or element.get("id") or decision)
    return asked


def _decisions(path: str, content: bytes) -> list[tuple[str, str]]:
    """(id, name) of the decisions of a file; none where it cannot be read."""
    try:
        root = read_xml(content, path)
    except Rejection:
        return []
    found = (element for element in root if local_name(element) == "decision")
    return [(one.get("id") or "", one.get("name") or one.get("id") or "") for one in found]


def _identifiers(name: str) -> Iterator[str]:
    """Ids that the first decision of a new file may have, the plainest first."""
    stem = name if name[0].isalpha() else f"table-{name}"
    return itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))


def _empty_table(identifier: str, title: str) -> bytes:
    namespace = f"urn:reviewflow:tables:{identifier}"
    names = {"id": f"{identifier}-definitions", "name": title, "namespace": namespace}
    root = etree.Element(f"{{{DMN}}}definitions", names, nsmap=_DEFAULT)
    decision = etree.SubElement(root, f"{{{DMN}}}decision", id=identifier, name=title)
    table = etree.SubElement(decision, f"{{{DMN}}}decisionTable", id=f"{identifier}-table", hitPolicy="UNIQUE")
    answer = {"id": f"{identifier}-answer", "name": "answer", "label": "Answer", "typeRef": "string"}
    etree.SubElement(table, f"{{{DMN}}}output", answer)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _choices(files: Mapping[str, bytes]) -> Iterator[tuple[str, list[str]]]:
    """By variable: the answers to choose from, where a step sets it to the answer of a question of its form."""
    for element in read_xml(files[diagram_path(files)], "The diagram").iter(f"{_RF}set"):
        form = next((step.get(f"{_RF}form") for step in element.iterancestors() if step.get(f"{_RF}form")), None)
        with suppress(orjson.JSONDecodeError):
            offered = dict(_choices_below(orjson.loads(files.get(f"forms/{form}.json", b"{}"))))
            if chosen := offered.get(element.get("value", "")):
                yield element.get("name", ""), chosen


def _choices_below(part: Any) -> Iterator[tuple[str, list[str]]]:
    """By key: the answers that the questions of a form let people choose from."""
    if isinstance(part, list):
        for each in part:
            yield from _choices_below(each)
    elif isinstance(part, dict):
        key, values = part.get("key"), part.get("values")
        if isinstance(key, str) and isinstance(values, list) and part.get("type") in ("radio", "select"):
            named = [one.get("value") for one in values if isinstance(one, dict)]
            yield key, [value for value in named if isinstance(value, str)]
        yield from _choices_below(part.get("components"))


TABLES = Kind(
    word="table",
    folder="decisions/",
    ending=".dmn",
    example="Who approves a raise",
    read_title=_read_title,
    find_asked=_find_asked,
)
