"""The error catalogue of the engine.

A `Rejection` says that the caller asked for something that is not allowed now: nothing has changed. What
happens inside a running process is never a rejection; it becomes an incident. The messages are for people.
"""

from typing import Protocol

ERROR, WARNING = "error", "warning"
"""How much a finding weighs: an error stands against publishing, a warning says what may not be meant."""


class EngineError(Exception):
    """Anything the engine says no to. `str(error)` is a sentence for a person."""


class ConfigurationError(EngineError):
    """A setting is missing or wrong; the message names the setting and what to write."""


class Rejection(EngineError):
    """The request is not allowed now; nothing changed."""


class NotFound(Rejection):
    """There is no such thing, or this person may not know of it."""


class NotWaiting(NotFound):
    """What was to go on waits no more: the process has moved on meanwhile."""


class NotAllowed(Rejection):
    """This person may not do this."""


class Conflict(Rejection):
    """Somebody was faster: the thing has changed since it was read."""


class Unreadable(Rejection):
    """A file cannot be read at all. `problem` and `remedy` are the two halves of what is said about `file`."""

    def __init__(self, file: str, problem: str, remedy: str) -> None:
        self.file, self.problem, self.remedy = file, problem, remedy
        super().__init__(f"{file} {problem} {remedy}")


class InvalidDiagram(Rejection):
    """A process package cannot be deployed. `findings` names every reason."""

    def __init__(self, findings: "list[Finding]") -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class Drawn(Protocol):
    """An element of a diagram that a finding can name."""

    @property
    def id(self) -> str:
        """Its id in the file."""

    @property
    def name(self) -> str:
        """What people read on it."""


class Finding:
    """One thing wrong with a diagram, form or table: where, what, and what to do about it.

    `name` is what is written on the element, `id` its id where it has one, `line` the line of the file or 0;
    `severity` is "error", which stands against publishing, or "warning".
    """

    def __init__(
        self,
        name: str,
        problem: str,
        remedy: str,
        *,
        id: str = "",  # noqa: A002 - that is what the attribute is called in the file
        line: int = 0,
        file: str = "",
        severity: str = ERROR,
    ) -> None:
        self.name = _cut(name, 100)
        self.id = _cut(id, 100)
        self.problem = _cut(problem, 500)
        self.remedy = remedy
        self.line = line
        self.file = file
        self.severity = severity

    @classmethod
    def at(cls, element: "Drawn", problem: str, remedy: str, *, severity: str = ERROR) -> "Finding":
        """A finding about an element of the diagram."""
        return cls(element.name, problem, remedy, id=element.id, severity=severity)

    @property
    def element(self) -> str:
        """The element as people find it again: by what is written on it, and by its id."""
        return f"{self.name} ({self.id})" if self.id and self.id != self.name else self.name

    def to_json(self) -> dict[str, str | int]:
        """The finding for machines: severity, file, line (0 where none is known), id, name, problem, remedy."""
        return {
            "severity": self.severity,
            "file": self.file,
            "line": self.line,
            "id": self.id,
            "name": self.name,
            "problem": self.problem,
            "remedy": self.remedy,
        }

    def __str__(self) -> str:
        place = f"{self.file}: " if self.file else ""
        return f"{place}{self.element}: {self.problem} {self.remedy}".strip()


def _cut(text: str, length: int) -> str:
    """The text, or its beginning: what stands in a file may be millions of characters long."""
    return text if len(text) <= length else text[: length - 1] + "…"


def describe(error: Exception) -> str:
    """What to tell people about an error: its own sentence, or that it is in the log."""
    if isinstance(error, EngineError):
        return str(error)
    return f"Something unexpected went wrong ({type(error).__name__}). The log of the worker has the details."


class StepFailed(EngineError):
    """A step of a running process could not be carried out. Becomes an incident."""


class BusinessError(EngineError):
    """A handler's way to say that its step ends otherwise: thrown as the BPMN error `code` at the step, never retried.

    What the handler has changed in the database is undone. The message is for people.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)
