"""Reads a form-js form into a `Questionnaire`, and says everything that is wrong with it at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from engine import Finding
from workflows.questionnaires.builders import BUILDERS, read_common
from workflows.questionnaires.components import Competencies, Component, Disclosure, Field, Path
from workflows.questionnaires.disclosure import read_disclosure
from workflows.questionnaires.errors import InvalidForm
from workflows.questionnaires.limits import MAX_FIELDS, MAX_FORM_BYTES, MAX_NESTING
from workflows.questionnaires.questionnaire import Questionnaire
from workflows.questionnaires.settings import Settings

NEWEST_SCHEMA = 19
_REFUSED = {
    "html": "HTML could carry scripts. Use a text component: it knows headings, bold and lists.",
    "iframe": "Other sites are not shown inside a form. Put a link in a text component.",
    "image": "Pictures are not shown in forms yet. Remove it.",
    "table": "Tables are not shown in forms. Use a text or a list of fields.",
    "expression": "Computed fields are not supported. Set a process variable at the step instead.",
    "filepicker": "Files cannot be attached to a form. Remove it.",
    "documentPreview": "Documents cannot be shown in a form. Remove it.",
}


def load(source: str | bytes) -> Questionnaire:
    """The questionnaire in a form-js JSON text (UTF-8).

    Raises InvalidForm, whose findings name every field that is wrong and what to do.
    """
    form = _parse(source)
    reader = _Reader()
    settings = Settings(form, "form", reader.findings)
    version = settings.whole("schemaVersion", 1, 1_000)
    if version and version > NEWEST_SCHEMA:
        settings.complain(f"It is written in schema version {version}.", f"Save it in version {NEWEST_SCHEMA}.")
    contract = read_disclosure(settings, None)
    components = reader.read_all(settings, _Place(disclosure=contract))
    if not reader.findings and not components:
        settings.complain("It is empty.", "Add at least one field or text.")
    if reader.findings:
        raise InvalidForm(reader.findings)
    form_id = settings.text("id") or "form"
    name = settings.text("name") or form_id
    return Questionnaire(id=form_id, name=name, components=components, disclosure=contract)


def _parse(source: str | bytes) -> Mapping[str, Any]:
    if len(source) > MAX_FORM_BYTES:
        raise InvalidForm([Finding("form", f"It has {len(source):,} bytes.", f"At most {MAX_FORM_BYTES:,} are read.")])
    try:
        form = orjson.loads(source)
    except orjson.JSONDecodeError as error:
        raise InvalidForm([Finding("form", f"It is not JSON: {error}.", "Export it again from the editor.")]) from None
    if not isinstance(form, Mapping) or not isinstance(form.get("components"), list):
        raise InvalidForm([Finding("form", "It has no list of components.", "Export it again from the editor.")])
    return form


@dataclass(frozen=True)
class _Place:
    """Where in the form the reader is: keys are unique among `prefix`, contracts are inherited."""

    prefix: Path = ()
    depth: int = 1
    in_list: bool = False
    disclosure: Disclosure | None = None


class _Reader:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.count = self.unnamed = 0
        self.taken: dict[Path, str] = {}

    def read_all(self, settings: Settings, place: _Place) -> tuple[Component, ...]:
        entries = settings.raw.get("components")
        if not isinstance(entries, list):
            settings.complain("It has no list of components.", 'Give it "components": […].')
            return ()
        if place.depth > MAX_NESTING:
            settings.complain(f"It is nested more than {MAX_NESTING} deep.", "Take groups apart.")
            return ()
        self.count += len(entries)
        if self.count > MAX_FIELDS:
            settings.complain(f"The form has more than {MAX_FIELDS} components.", "Split it into several steps.")
            return ()
        read = (self._read(entry, number, place) for number, entry in enumerate(entries, 1))
        return tuple(component for component in read if component is not None)

    def _read(self, entry: Any, number: int, place: _Place) -> Component | None:
        if not isinstance(entry, Mapping):
            self.findings.append(Finding(f"component {number}", "It is not an object.", "Remove it."))
            return None
        settings = Settings(entry, _name(entry, number), self.findings, _id(entry))
        kind = entry.get("type")
        if kind == "button":
            return None
        if not isinstance(kind, str) or kind not in BUILDERS:
            remedy = _REFUSED.get(str(kind), f"Use one of: {', '.join(sorted(BUILDERS))}.")
            settings.complain(f"The component type {kind!r} cannot be used." if kind else "It has no type.", remedy)
            return None
        disclosure = read_disclosure(settings, place.disclosure)
        children = self._children(settings, kind, place, disclosure)
        component = BUILDERS[kind](settings, read_common(settings, kind, disclosure), children)
        if not component.id:
            self.unnamed += 1
            component = replace(component, id=f"part{self.unnamed}")
        if isinstance(component, Field | Competencies):
            key = component.key if isinstance(component, Field) else component.path
            self._claim(settings, place.prefix + key, key)
        return component

    def _children(
        self, settings: Settings, kind: str, place: _Place, disclosure: Disclosure | None
    ) -> tuple[Component, ...]:
        if kind not in ("group", "dynamiclist"):
            return ()
        if kind == "dynamiclist" and place.in_list:
            settings.complain("It is a list inside a list.", "Take it out of the list around it.")
            return ()
        path = settings.text("path")
        # Keys of rows live below their list; the marker keeps them apart from fields beside the list.
        below = (*path.split("."), "[]") if kind == "dynamiclist" else tuple(path.split(".")) if path else ()
        inside = _Place(place.prefix + below, place.depth + 1, place.in_list or kind == "dynamiclist", disclosure)
        return self.read_all(settings, inside)

    def _claim(self, settings: Settings, full: Path, key: Path) -> None:
        if not key:
            return
        name = ".".join(str(step) for step in key)
        for cut in range(1, len(full) + 1):
            if full[:cut] in self.taken and full[cut:][:1] != ("[]",):
                settings.complain(
                    f"The key {name!r} is used by {self.taken[full[:cut]]} already.", "Give each field its own key."
                )
                return
        longer = next((path for path in self.taken if path[: len(full)] == full and path[len(full)] != "[]"), None)
        if longer is not None:
            settings.complain(f"The key {name!r} lies around {self.taken[longer]}.", "Give each field its own key.")
            return
        self.taken[full] = settings.element


def _name(entry: Mapping[str, Any], number: int) -> str:
    label = next((entry[name] for name in ("label", "dateLabel") if isinstance(entry.get(name), str)), "")
    code = next((entry[name] for name in ("key", "path", "id") if isinstance(entry.get(name), str)), "")
    # Where there is an id, a finding says it by itself.
    if label and code and not _id(entry):
        return f'field "{label[:80]}" ({code[:80]})'
    return f'field "{(label or code)[:80]}"' if label or code else f"component {number}"


def _id(entry: Mapping[str, Any]) -> str:
    found = entry.get("id")
    return found if isinstance(found, str) else ""
