"""Process packages as folders: one diagram with its forms and decision tables."""

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from engine.errors import NotFound

SUFFIXES = (".bpmn", ".dmn", ".json")


def read_package(folder: Traversable | Path) -> dict[str, bytes]:
    """Every file of a package, path → content. Raises NotFound when there is no such folder or no diagram in it."""
    if not folder.is_dir():
        raise NotFound(f"There is no folder “{folder}”. Name a process package.")
    files = dict(_files(folder, ""))
    if not any(path.endswith(".bpmn") for path in files):
        raise NotFound(f"“{folder}” holds no .bpmn file, so it is no process package.")
    return files


def _files(folder: Traversable | Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(SUFFIXES):
            yield f"{prefix}{entry.name}", entry.read_bytes()
