"""The processes that come with Reviewflow, ready to be published."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from engine.diagram import read_diagram
from engine.packages import read_package


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
