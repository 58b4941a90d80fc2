"""What forms and decision tables of a design have in common: they are listed, added, renamed and taken away alike."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine import Conflict, Rejection
from workflows.designs.changing import Saving, remove_file, what_differs, write_files
from workflows.designs.files import diagram_path
from workflows.designs.reading import files_of, lock_design, read_file

LONGEST_TITLE = 120
LONGEST_NAME = 60
Files = Mapping[str, bytes]


class UnfitTitle(Rejection):
    """A form or table cannot be called this."""


class StillAsked(Conflict):
    """A form or table that steps of the diagram ask cannot be taken away."""


class Fixed(Rejection):
    """A form that Reviewflow knows by its name cannot get another one."""


@dataclass(frozen=True)
class Part:
    """A form, or a file of decision tables: its name, its title, and the names of the steps that ask it.

    A fixed one is known by its name, and keeps it.
    """

    name: str
    title: str
    asked_at: tuple[str, ...]
    is_fixed: bool = False


@dataclass(frozen=True)
class Kind:
    """In what forms and tables differ.

    `read_title` gives the title of a file at a path, "" where it has none; `find_asked` the names of the steps that
    ask, by the names of the files. `follow` lets a diagram name a file by its new name, and `is_fixed` tells which
    files cannot be renamed, because the product knows them by their names.
    """

    word: str
    folder: str
    ending: str
    example: str
    read_title: Callable[[str, bytes], str]
    find_asked: Callable[[Files], Mapping[str, tuple[str, ...]]]
    follow: Callable[[bytes, str, str], bytes] = lambda diagram, _old, _new: diagram
    is_fixed: Callable[[str], bool] = lambda _name: False

    def path_of(self, name: str) -> str:
        """The path of the file that is called `name`."""
        return f"{self.folder}{name}{self.ending}"

    def names_in(self, files: Files) -> list[str]:
        """The names of the files of this kind."""
        found = [path for path in files if path.startswith(self.folder) and path.endswith(self.ending)]
        return [path.removeprefix(self.folder).removesuffix(self.ending) for path in found]


@dataclass(frozen=True)
class Place:
    """A name that no file of a package has, made of a title, and the files that are there."""

    name: str
    title: str
    files: Files


def list_parts(kind: Kind, files: Files) -> list[Part]:
    """The forms or tables of a package by title. One that cannot be read is called by its name."""
    asked = kind.find_asked(files)
    parts = []
    for name in kind.names_in(files):
        path = kind.path_of(name)
        parts.append(Part(name, kind.read_title(path, files[path]) or name, asked.get(name, ()), kind.is_fixed(name)))
    return sorted(parts, key=lambda part: (part.title.casefold(), part.name))


def find_part(kind: Kind, files: Files, name: str) -> Part:
    """The form or table of this name, which is there."""
    return next(part for part in list_parts(kind, files) if part.name == name)


def find_place(session: Session, design_id: int, kind: Kind, title: str) -> Place:
    """Where a new form or table of this title goes; the design is locked from then on. Raises UnfitTitle."""
    title = check_title(title, kind.word, kind.example)
    lock_design(session, design_id)
    files = files_of(session, design_id)
    return Place(find_free_name(title, kind.word, files, kind.path_of), title, files)


def remove_part(session: Session, design_id: int, kind: Kind, name: str, *, by: str, now: datetime) -> None:
    """Take a form or table out of a design; earlier states keep it.

    Raises StillAsked while a step asks it, naming the steps; NotFound where there is none.
    """
    lock_design(session, design_id)
    found = read_file(session, design_id, kind.path_of(name))
    asked = find_part(kind, files_of(session, design_id), name).asked_at
    if asked:
        raise StillAsked(f"This {kind.word} is asked at {in_quotes(asked)}. Choose another {kind.word} there first.")
    remove_file(session, design_id, kind.path_of(name), based_on=found.revision, by=by, now=now)


def rename_part(session: Session, design_id: int, kind: Kind, name: str, wanted: str, *, by: str, now: datetime) -> str:
    """Give the file of a form or table another name, and return it; what the diagram says of it follows.

    One change, with a state before it to go back to. Raises UnfitTitle where the name is empty or taken, Fixed where
    the product knows the form by its name, NotFound where there is none.
    """
    design = lock_design(session, design_id)
    content = read_file(session, design_id, kind.path_of(name)).content
    new = plain_name(wanted)
    if not new:
        raise UnfitTitle(f"Give the file a name of letters, for instance “{plain_name(kind.example)}”.")
    if new == name:
        return name
    if kind.is_fixed(name):
        raise Fixed(
            f"Reviewflow does more with “{name}” than to keep what was answered, and knows it by this name. "
            "Change its title instead: that is what people read."
        )
    files = files_of(session, design_id)
    if kind.path_of(new) in files:
        raise UnfitTitle(f"There is another {kind.word} in a file called “{new}”. Choose another name.")
    diagram = diagram_path(files)
    after = {**files, kind.path_of(new): content, diagram: kind.follow(files[diagram], name, new)}
    del after[kind.path_of(name)]
    detail = f"“{name}” is now called “{new}”"
    write_files(Saving(session, design, "moved", detail, by, now), what_differs(files, after))
    return new


def in_quotes(names: Sequence[str]) -> str:
    """Names as a sentence lists them: “A”, “B” and “C”."""
    quoted = [f"“{name}”" for name in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def plain_name(text: str) -> str:
    """A name for files, made of a title: small letters, digits and hyphens; empty where none is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].strip("-")


def find_free_name(title: str, word: str, files: Files, path_of: Callable[[str], str]) -> str:
    """A name of plain letters, made of the title, whose path no file of the package has."""
    stem = plain_name(title) or word
    numbers = (f"{stem}-{number}" for number in range(2, len(files) + 3))
    return next(name for name in (stem, *numbers) if path_of(name) not in files)


def check_title(title: str, word: str, example: str) -> str:
    """The title without blanks around it. Raises UnfitTitle for an empty or endless one."""
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        raise UnfitTitle(f"Give the {word} a name of up to {LONGEST_TITLE} letters, for instance “{example}”.")
    return title
