"""Everything that can be said about a process package before it is published, in one list.

Publishing, the program `reviewflow check` and the designer ask here, so that they never say different things.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from engine import checks, dmn, registry
from engine.diagram import NAMESPACES, Diagram, find_diagram, read_process
from engine.errors import ERROR, Finding, InvalidDiagram, Unreadable
from engine.extension import find_unknown
from engine.foreign import find_foreign
from engine.picture import find_undrawn
from engine.soundness import find_unsound
from engine.spiff import Program, find_breaches, find_drawing, find_tables, make_program
from engine.structure import find_faults
from engine.vocabularies import name_format
from engine.xml import line_of, read_xml

ENDS = ("sourceRef", "targetRef")


@dataclass(frozen=True)
class Inspection:
    """What is said about a package, errors first, in the order of the file; the program if nothing stands against it.

    `program` is None as soon as one finding is an error.
    """

    findings: tuple[Finding, ...]
    program: Program | None = None

    @property
    def errors(self) -> list[Finding]:
        """What stands against publishing."""
        return [finding for finding in self.findings if finding.severity == ERROR]


def inspect_package(files: Mapping[str, bytes]) -> Inspection:
    """Look at a package, path → content, as strictly as publishing does. Never raises for what the files hold."""
    found: list[Finding] = [*checks.check_files(files)]
    drawing, root, program = "", None, None
    try:
        drawing = find_drawing(files)
        root = read_xml(files[drawing], drawing)
    except Unreadable as error:
        problem, remedy = name_format(files[drawing]) or (f"It {error.problem}", error.remedy)
        found.append(Finding("file", problem, remedy, file=drawing))
    except InvalidDiagram as invalid:
        found.extend(invalid.findings)
    else:
        said, program = _inspect_drawing(root, drawing, files)
        found.extend(_placed(said, root, drawing))
    asked = [finding for checker in registry.checkers for finding in checker(files, program)]
    found.extend(asked if root is None else _placed(asked, root, drawing))
    findings = tuple(sorted(found, key=lambda finding: (finding.severity != ERROR, finding.file != drawing)))
    refused = any(finding.severity == ERROR for finding in findings)
    return Inspection(findings, None if refused else program)


def _inspect_drawing(
    root: etree._Element, file: str, files: Mapping[str, bytes]
) -> tuple[list[Finding], Program | None]:
    """What is said about the diagram and the tables it asks; its program, if it could be read into one."""
    diagram, found = _find_diagram(root, file)
    tables = _inspect_tables(diagram, files)
    if diagram is None:
        return [*found, *tables], None
    found += find_faults(diagram)
    misdrawn = {finding.id for finding in found if finding.id}
    found += find_foreign(diagram)
    program = None
    if not any(finding.severity == ERROR for finding in found):
        found += find_unsound(diagram)
        try:
            program = make_program(diagram, dict(files))
            found += checks.check(program)
        except InvalidDiagram as invalid:
            told_already = {finding.file for finding in tables}
            found += [finding for finding in invalid.findings if finding.file not in told_already]
    # What is drawn as something that does not run cannot have its settings anyway.
    found += [finding for finding in find_unknown(root, file) if finding.id not in misdrawn]
    found += find_undrawn(diagram)
    # What is told about an element in words of its own need not be told in those of the schema.
    told = {finding.id for finding in found if finding.id}
    return [*found, *tables, *(breach for breach in find_breaches(root) if breach.id not in told)], program


def read_table(files: Mapping[str, bytes], path: str) -> dmn.Model:
    """One decision model of a package, with what the diagram says of its variables as far as it can be read.

    Raises InvalidDiagram where it is no decision model.
    """
    try:
        drawing = find_drawing(files)
        diagram, _ = _find_diagram(read_xml(files[drawing], drawing), drawing)
    except (Unreadable, InvalidDiagram):
        diagram = None
    return find_tables(diagram, {path: files[path]})[path]


def _inspect_tables(diagram: Diagram | None, files: Mapping[str, bytes]) -> list[Finding]:
    """What is said about the decision tables, whatever is wrong with the diagram."""
    try:
        return list(checks.check_tables(find_tables(diagram, files)))
    except InvalidDiagram as invalid:
        return invalid.findings


def _find_diagram(root: etree._Element, file: str) -> tuple[Diagram | None, list[Finding]]:
    """The diagram to look at. A process that stands alone is looked at even if it is not said that it runs."""
    try:
        return find_diagram(root, file), []
    except InvalidDiagram as invalid:
        alone = root.findall("bpmn:process", NAMESPACES)
        return (read_process(root, alone[0], file) if len(alone) == 1 else None), invalid.findings


def _placed(findings: Iterable[Finding], root: etree._Element, file: str) -> list[Finding]:
    """The findings with the file and the line of their element, the first ones of the file first."""
    elements: dict[str | None, etree._Element] = {}
    for element in root.iter("*"):
        elements.setdefault(element.get("id"), element)
    placed = list(findings)
    for finding in placed:
        finding.file = finding.file or file
        if finding.file == file and finding.id in elements:
            finding.line = finding.line or line_of(elements[finding.id])
            finding.name = _name_way(elements, finding.id) or finding.name
    return sorted(placed, key=lambda finding: finding.line)


def _name_way(elements: Mapping[str | None, etree._Element], element: str) -> str:
    """A way by what it leads out of, whose question its own word answers: “Approved?: Yes”; "" for what is no way."""
    way = elements[element]
    if etree.QName(way).localname != "sequenceFlow":
        return ""
    source, target = (elements[way.get(end)].get("name") if way.get(end) in elements else None for end in ENDS)
    if way.get("name"):
        return f"{source}: {way.get('name')}" if source else ""
    return f"{source} → {target}" if source and target else ""
