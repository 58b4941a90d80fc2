"""What files say in our own namespaces, held against the descriptors of `bpmn/schema`.

What is read nowhere would be passed over without a word: a misspelt setting, one that stands on the wrong step, or an
element that is written as an attribute. All of it is found here.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from lxml import etree

from engine.diagram import STEPS
from engine.errors import Finding
from engine.xml import line_of

OURS = "urn:reviewflow:"
DESCRIPTORS = ("reviewflow.json", "reviewflow-dmn.json")
HOLDER = "extensionElements"
ACTIVITIES = ("task", "Task", "subProcess", "SubProcess", "transaction", "callActivity")
THROWING = ("endEvent", "intermediateThrowEvent")


@dataclass(frozen=True)
class Extension:
    """One descriptor: `settings` are attributes by the BPMN or DMN type they stand on, `elements` ours by tag.

    Of an element: the attributes it has, and where it stands: types whose extension elements hold it, or our elements.
    """

    uri: str
    settings: Mapping[str, frozenset[str]]
    elements: Mapping[str, frozenset[str]]
    places: Mapping[str, frozenset[str]]


@cache
def extensions() -> Mapping[str, Extension]:
    """Every extension of ours by its namespace."""
    schema = files("bpmn").joinpath("schema")
    found = (_read(json.loads(schema.joinpath(name).read_text(encoding="utf-8"))) for name in DESCRIPTORS)
    return MappingProxyType({extension.uri: extension for extension in found})


def find_unknown(root: etree._Element, file: str) -> list[Finding]:
    """Every attribute and element of ours that nothing reads, with the element it stands on."""
    found: list[Finding] = []
    for element in root.iter("*"):
        found.extend(_unknown_attributes(element))
        name = etree.QName(element)
        if (name.namespace or "").startswith(OURS):
            found.extend(_misplaced(element, name.namespace or ""))
    for finding in found:
        finding.file = file
    return found


def _read(descriptor: dict[str, object]) -> Extension:
    settings: dict[str, frozenset[str]] = {}
    elements, places = {}, {}
    inside: dict[str, set[str]] = {}
    types: list[dict[str, object]] = descriptor["types"]  # type: ignore[assignment] # JSON of our own
    for kind in types:
        properties: list[dict[str, object]] = kind["properties"]  # type: ignore[assignment] # the same
        names = frozenset(str(one["name"]) for one in properties if one.get("isAttr"))
        for target in kind.get("extends", ()):  # type: ignore[attr-defined] # the same
            settings[_tag(target)] = settings.get(_tag(target), frozenset()) | names
        if "superClass" in kind:
            own = _tag(str(kind["name"]))
            meta: dict[str, list[str]] = kind.get("meta", {})  # type: ignore[assignment] # the same
            elements[own], places[own] = names, frozenset(_tag(place) for place in meta.get("allowedIn", ()))
            for one in properties:
                if one.get("isMany"):
                    inside.setdefault(_tag(str(one["type"])), set()).add(own)
    placed = {name: where | inside.get(name, set()) for name, where in places.items()}
    return Extension(str(descriptor["uri"]), settings, elements, placed)


def _tag(name: str) -> str:
    """The tag of a type: “bpmn:UserTask” is written <userTask>."""
    local = name.rpartition(":")[2]
    return local[0].lower() + local[1:]


def _kinds(element: etree._Element) -> list[str]:
    """The types that an element of BPMN or DMN is, by their tags, the nearest first."""
    name = str(etree.QName(element).localname)
    more = [("activity", ACTIVITIES), ("throwEvent", THROWING), ("flowNode", STEPS)]
    return [name, *(general for general, endings in more if name.endswith(endings))]


def _unknown_attributes(element: etree._Element) -> Iterator[Finding]:
    around = etree.QName(element)
    for attribute in element.attrib:
        name = etree.QName(str(attribute))
        if (name.namespace or "").startswith(OURS):
            yield from _unknown_setting(element, name)
        elif not name.namespace and (around.namespace or "") in extensions():
            known = extensions()[around.namespace or ""].elements.get(around.localname)
            if known is not None and name.localname not in known:
                yield _finding(element, f"“{name.localname}” of rf:{around.localname}", _mean(name.localname, known))


def _unknown_setting(element: etree._Element, name: etree.QName) -> Iterator[Finding]:
    extension = extensions().get(name.namespace or "")
    if extension is None:
        yield _unknown_namespace(element, name.namespace or "")
        return
    kinds, local = _kinds(element), str(name.localname)
    known = frozenset[str]().union(*(extension.settings.get(kind, frozenset()) for kind in kinds))
    if local in known:
        return
    elsewhere = sorted(kind for kind, names in extension.settings.items() if local in names)
    if local in extension.elements:
        remedy = f"Write it as an element: <rf:{local} …/> in the extension elements of the step."
    elif elsewhere:
        remedy = f"It belongs on: {', '.join(elsewhere)}. Say it there, or take it away."
    else:
        remedy = _mean(local, known, prefix="rf:")
    yield _finding(element, f"“rf:{local}”", remedy)


def _misplaced(element: etree._Element, namespace: str) -> Iterator[Finding]:
    """What is wrong with an element of ours: nobody knows it, or it stands where nobody looks for it."""
    extension = extensions().get(namespace)
    around = element.getparent()
    if extension is None:
        yield _unknown_namespace(element, namespace)
        return
    local = str(etree.QName(element).localname)
    places = extension.places.get(local)
    if places is None:
        yield _finding(element, f"<rf:{local}>", _mean(local, extension.elements, prefix="rf:"))
        return
    held = around is not None and etree.QName(around).localname == HOLDER
    owner = around.getparent() if around is not None and held else around
    kinds = [] if owner is None else _kinds(owner)
    ours = owner is not None and etree.QName(owner).namespace == namespace
    if not places.intersection(kinds) or not (held or ours):
        where = " or ".join(sorted(places))
        yield _finding(element, f"<rf:{local}> at this place", f"It belongs into the extension elements of: {where}.")


def _mean(name: str, known: Mapping[str, object] | frozenset[str], prefix: str = "") -> str:
    near = difflib.get_close_matches(name.lower(), {one.lower(): one for one in known}, 1)
    found = next((one for one in known if near and one.lower() == near[0]), None)
    if found is not None:
        return f"Did you mean “{prefix}{found}”? Correct it, or take it away."
    return f"Possible here: {', '.join(sorted(known))}." if known else "Take it away."


def _unknown_namespace(element: etree._Element, namespace: str) -> Finding:
    known = " or ".join(extensions())
    return _finding(element, f"What stands in the namespace “{namespace}”", f"Write {known}.")


def _finding(element: etree._Element, what: str, remedy: str) -> Finding:
    owner = element
    while owner.get("id") is None and (above := owner.getparent()) is not None:
        owner = above
    name = owner.get("name") or owner.get("id") or str(etree.QName(owner).localname)
    return Finding(name, f"{what} is not read here.", remedy, id=owner.get("id") or "", line=line_of(element))
