"""What an import has to say: what is wrong, what is odd, and what it changed or would change."""

from dataclasses import dataclass, field
from datetime import date

from engine import Rejection


class FileRejected(Rejection):
    """The file can't be read as a table at all; the message says why and how to save it properly."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one cell: its line in the file (the header is line 1), what it is, and what to do."""

    line: int
    column: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        shown = f" {self.value!r}" if self.value else ""
        return f"Line {self.line}, {self.column}{shown}: {self.problem}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact about a person or unit that is different from `effective` on."""

    subject_id: str
    field: str
    before: object
    after: object
    effective: date


@dataclass(slots=True)
class ImportReport:
    """The outcome of an import or of its preview.

    With any defect nothing is applied. Notes are odd but accepted. `missing` are the people (or units) the database
    knows and a full file does not mention: they stay as they are. `written` counts the rows of facts that were
    inserted, changed or removed, or would be in a dry run. `import_id` names what was applied.
    """

    kind: str
    file_name: str
    effective: date
    rows: int = 0
    defects: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    missing: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    written: int = 0
    dry_run: bool = False
    import_id: int | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the file may be applied."""
        return not self.defects

    @property
    def was_applied(self) -> bool:
        """Whether the database holds what the file says."""
        return self.is_valid and not self.dry_run
