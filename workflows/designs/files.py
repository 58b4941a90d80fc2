"""The files that a package may hold: how they are called, how large they are, and that they can be read at all."""

import re
from collections.abc import Mapping
from pathlib import PurePath

import orjson
from lxml import etree

from engine import BPMN, InvalidDiagram, Rejection, read_diagram, read_xml

MOST_FILES = 200
LARGEST_PACKAGE = 10_000_000
LARGEST_FORM = 1_000_000
XML = (".bpmn", ".dmn")
_NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9_. -]{0,98}[A-Za-z0-9_])?"
_PATH = re.compile(rf"{_NAME}\.bpmn|forms/{_NAME}\.json|decisions/{_NAME}\.dmn|README\.md")


class UnfitFile(Rejection):
    """A file that a package cannot hold."""


def word_for(path: str) -> str:
    """What a file of a package is to people: a diagram, a form, a table, or a file of another kind."""
    return {".bpmn": "diagram", ".json": "form", ".dmn": "table"}.get(PurePath(path).suffix, "file")


def fits(path: str) -> bool:
    """Whether a package can hold a file of this name: one diagram, forms/, decisions/, and README.md."""
    return _PATH.fullmatch(path) is not None and ".." not in path


def check_file(path: str, content: bytes) -> None:
    """Raise UnfitFile, or another Rejection that names the file, unless a package can hold it.

    What is wrong with a file that can be read is for the checks: a draft may be half done.
    """
    if not fits(path):
        raise UnfitFile(f"A package cannot hold “{path[:80]}”: it holds a diagram, forms/*.json and decisions/*.dmn.")
    if path.endswith(XML):
        root = read_xml(content, path)
        if path.endswith(".bpmn") and root.tag != f"{{{BPMN}}}definitions":
            raise UnfitFile(f"{path} is not a BPMN 2.0 diagram. Save it as BPMN 2.0 XML in your tool.")
    elif len(content) > LARGEST_FORM:
        raise UnfitFile(f"{path} is larger than {LARGEST_FORM // 1_000_000} MB.")
    elif path.endswith(".json"):
        try:
            orjson.loads(content)
        except orjson.JSONDecodeError:
            raise UnfitFile(f"{path} is no form: it is not JSON. Save it again from the form builder.") from None


def check_package(files: Mapping[str, bytes]) -> None:
    """Raise a Rejection unless these files make a package."""
    if len(files) > MOST_FILES or sum(map(len, files.values())) > LARGEST_PACKAGE:
        raise UnfitFile(
            f"A package holds up to {MOST_FILES} files and {LARGEST_PACKAGE // 1_000_000} MB; this is more."
        )
    for path, content in files.items():
        check_file(path, content)
    diagram_path(files)


def diagram_path(files: Mapping[str, bytes]) -> str:
    """The path of the one diagram of a package. Raises UnfitFile when there is none, or there are several."""
    diagrams = [path for path in files if path.endswith(".bpmn")]
    if len(diagrams) != 1:
        raise UnfitFile(f"A package holds exactly one .bpmn file; this one holds {len(diagrams)}.")
    return diagrams[0]


def in_utf8(path: str, content: bytes) -> bytes:
    """A diagram or table in UTF-8, which is what the editors read; other files as they are.

    Raises Rejection when it is no readable XML.
    """
    if not path.endswith(XML):
        return content
    declared = re.match(rb"""\s*<\?xml[^>]*encoding=["']([^"']+)""", content)
    if (declared is None or declared[1].lower() == b"utf-8") and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content
    return etree.tostring(read_xml(content, path).getroottree(), encoding="UTF-8", xml_declaration=True)


def identify(content: bytes) -> tuple[str, str] | None:
    """Key and name of the process that a diagram starts with; None while it has not exactly one."""
    try:
        diagram = read_diagram(content, "diagram")
    except InvalidDiagram:
        return None
    return diagram.key, diagram.name


def with_identity(content: bytes, *, name: str, key: str | None = None) -> bytes:
    """The diagram with another name of its process, and with another key where one is given.

    What refers to the process by its key (its picture, its pool) follows. Raises UnfitFile without such a process.
    """
    root = read_xml(content, "The diagram")
    process = root.find(f"{{{BPMN}}}process[@isExecutable='true']")
    if process is None:
        raise UnfitFile("The diagram has no process that can run, so it cannot be named.")
    old = process.get("id")
    process.set("name", name)
    if key is not None and key != old:
        process.set("id", key)
        for element in root.iter(etree.Element):
            for attribute in ("bpmnElement", "processRef"):
                if element.get(attribute) == old:
                    element.set(attribute, key)
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
