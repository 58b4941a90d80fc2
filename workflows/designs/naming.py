"""What people call the files of a package, who never see a path."""

from collections.abc import Mapping
from pathlib import PurePath

from workflows.designs.files import word_for
from workflows.designs.forms import FORMS
from workflows.designs.tables import TABLES

_KINDS = {kind.word: kind for kind in (FORMS, TABLES)}


def name_file(path: str, files: Mapping[str, bytes]) -> str:
    """The diagram, the form “Self-assessment”, the table “Who approves”: by the title, else by the name of the file."""
    kind = _KINDS.get(word_for(path))
    if kind is None:
        return f"the {word_for(path)}"
    title = kind.read_title(path, files[path]) if path in files else ""
    return f"the {kind.word} “{title or PurePath(path).stem}”"


def name_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """By path: what the files of a package are called."""
    return {path: name_file(path, files) for path in files}
