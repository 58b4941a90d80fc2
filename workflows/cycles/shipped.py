"""The processes that come with Reviewflow, ready to be published."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from engine import read_diagram, read_package

CLOSING_REVIEW = "closing_review"
"""The process that a rule starts (`transfers`); no cycle is launched with it."""


@dataclass(frozen=True, slots=True)
class ShippedProcess:
    """A process package of the library: its folder, the key of its process, its name."""

    package: str
    key: str
    name: str


@cache
def list_shipped() -> tuple[ShippedProcess, ...]:
    """Every package of the library, by name."""
    found = []
    for folder in files("bpmn").iterdir():
        drawn = folder.joinpath(f"{folder.name}.bpmn")
        if drawn.is_file():
            diagram = read_diagram(drawn.read_bytes(), drawn.name)
            found.append(ShippedProcess(folder.name, diagram.key, diagram.name))
    return tuple(sorted(found, key=lambda process: process.name))


def read_shipped(package: str) -> dict[str, bytes]:
    """The files of a package of the library. Raises NotFound."""
    return read_package(files("bpmn").joinpath(package))
