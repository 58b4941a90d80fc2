"""The shipped process packages, opened for tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
RF = "{urn:reviewflow:bpmn:1}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"

LIBRARY = Path(str(files("bpmn")))


@dataclass(frozen=True)
class Package:
    """One folder of the process library."""

    folder: Path

    def __str__(self) -> str:
        return self.folder.name

    @cached_property
    def diagram(self) -> bytes:
        return (self.folder / f"{self.folder.name}.bpmn").read_bytes()

    @cached_property
    def root(self) -> etree._Element:
        return etree.fromstring(self.diagram)

    def elements(self, *tags: str) -> Iterator[etree._Element]:
        """The BPMN elements with these local names, all elements of BPMN without any."""
        for element in self.root.iter(f"{BPMN}*"):
            if not tags or etree.QName(element).localname in tags:
                yield element

    def attributes(self, name: str) -> dict[str, str]:
        """The values of an attribute of our extension by element id."""
        key = f"{RF}{name}"
        return {element.get("id", ""): element.attrib[key] for element in self.elements() if key in element.attrib}

    @cached_property
    def forms(self) -> dict[str, bytes]:
        return {path.stem: path.read_bytes() for path in sorted((self.folder / "forms").glob("*.json"))}

    @cached_property
    def tables(self) -> list[etree._Element]:
        return [etree.parse(path).getroot() for path in sorted((self.folder / "decisions").glob("*.dmn"))]


PACKAGES = [Package(path.parent) for path in sorted(LIBRARY.glob("*/*.bpmn"))]
