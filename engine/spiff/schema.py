"""The BPMN 2.0 schema, as SpiffWorkflow ships it, with its complaints in our words."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from threading import Lock
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import XSD_PATH

from engine.errors import WARNING, Finding

MOST_TOLD = 10
MOST_ELEMENTS = 8_000
"""Each complaint costs libxml2 a walk over the elements beside it; larger files are not compared."""

QUOTED = re.compile(r"'([^']*)'")
REMEDY = "Other tools may not open the file, and what is misplaced is passed over here. Save it from a BPMN editor."

_validating = Lock()


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(XSD_PATH))


def find_breaches(root: etree._Element) -> list[Finding]:
    """Where a file is not what BPMN 2.0 prescribes, each with its line; warnings, since the rest can be read."""
    if sum(1 for _ in islice(root.iter("*"), MOST_ELEMENTS + 1)) > MOST_ELEMENTS:
        return []
    with _validating:
        schema = _schema()
        if schema.validate(root):
            return []
        log: Any = schema.error_log
        breaches = list(islice(log, 10 * MOST_TOLD))
    return list(_say(root, breaches))[:MOST_TOLD]


def _say(root: etree._Element, breaches: list[Any]) -> Iterator[Finding]:
    told = set()
    for breach in breaches:
        element = _find(root, breach.path)
        problem = _problem(breach.type_name, breach.message)
        owner = _owner(element)
        place = (owner.get("id"), problem)
        if place not in told and "correlationPropertyRetrievalExpression" not in (breach.path or ""):
            told.add(place)
            name = owner.get("name") or owner.get("id") or _local(owner.tag)
            yield Finding(name, problem, REMEDY, id=owner.get("id") or "", line=breach.line or 0, severity=WARNING)


def _find(root: etree._Element, path: str | None) -> etree._Element:
    """The element a complaint is about; the root when its path cannot be followed."""
    prefixes = {prefix: name for prefix, name in root.nsmap.items() if prefix}
    try:
        found = root.xpath(path or "/", namespaces=prefixes)
    except etree.XPathError:
        return root
    return found[0] if isinstance(found, list) and found and isinstance(found[0], etree._Element) else root  # noqa: SLF001


def _owner(element: etree._Element) -> etree._Element:
    """The element itself, or the nearest around it that has an id and so can be found."""
    while element.get("id") is None and (above := element.getparent()) is not None:
        element = above
    return element


def _problem(kind: str, message: str) -> str:
    names = [_local(name) for name in QUOTED.findall(message)]
    subject = names[0] if names else "element"
    if kind == "SCHEMAV_ELEMENT_CONTENT" and "not expected" in message:
        return f"BPMN 2.0 has no “{subject}” at this place."
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        return f"In “{subject}” something is missing that BPMN 2.0 wants there."
    if "attribute" in message and "not allowed" in message and len(names) > 1:
        return f"BPMN 2.0 knows no attribute “{names[1]}” of “{subject}”."
    if "required but missing" in message and len(names) > 1:
        return f"“{subject}” has no attribute “{names[1]}”, which BPMN 2.0 wants."
    return f"The value of “{subject}” is none that BPMN 2.0 allows."


def _local(name: Any) -> str:
    return str(name).rpartition("}")[2]
