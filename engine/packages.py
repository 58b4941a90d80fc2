"""Process packages as folders and single files: one diagram with its forms and decision tables."""

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from engine.errors import NotFound
from engine.xml import MAX_BYTES

SUFFIXES = (".bpmn", ".dmn", ".json")
BESIDE = ("forms", "decisions")


def read_package(folder: Traversable | Path) -> dict[str, bytes]:
    """Every file of a package, path → content. Raises NotFound when there is no such folder or no diagram in it."""
    if not folder.is_dir():
        raise NotFound(f"There is no folder “{folder}”. Name a process package.")
    files = dict(_files(folder, ""))
    if not any(path.endswith(".bpmn") for path in files):
        raise NotFound(f"“{folder}” holds no .bpmn file, so it is no process package.")
    return files


def read_drawing(file: Path) -> dict[str, bytes]:
    """A single diagram as a package, with the forms/ and decisions/ beside it."""
    files = {file.name: _content(file)}
    for name in BESIDE:
        if (file.parent / name).is_dir():
            files.update(_files(file.parent / name, f"{name}/"))
    return files


def _files(folder: Traversable | Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(SUFFIXES):
            yield f"{prefix}{entry.name}", _content(entry)


def _content(file: Traversable | Path) -> bytes:
    """What stands in a file; of one that is too large anyway only as much as shows that it is."""
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)
