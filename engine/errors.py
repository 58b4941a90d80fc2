"""The error catalogue of the engine.

A `Rejection` says that the caller asked for something that is not allowed now: nothing has changed. What
happens inside a running process is never a rejection; it becomes an incident. The messages are for people.
"""


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


class InvalidDiagram(Rejection):
    """A process package cannot be deployed. `findings` names every reason."""

    def __init__(self, findings: "list[Finding]") -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class Finding:
    """One thing wrong with a diagram, form or table: where, what, and what to do about it."""

    def __init__(self, element: str, problem: str, remedy: str, *, file: str = "", severity: str = "error") -> None:
        self.element = _cut(element, 100)
        self.problem = _cut(problem, 500)
        self.remedy = remedy
        self.file = file
        self.severity = severity

    def __str__(self) -> str:
        place = f"{self.file}: " if self.file else ""
        return f"{place}{self.element}: {self.problem} {self.remedy}".strip()


def _cut(text: str, length: int) -> str:
    """The text, or its beginning: what stands in a file may be millions of characters long."""
    return text if len(text) <= length else text[: length - 1] + "…"


class StepFailed(EngineError):
    """A step of a running process could not be carried out. Becomes an incident."""
