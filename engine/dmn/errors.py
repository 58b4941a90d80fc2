"""What can go wrong with a decision model."""

from __future__ import annotations

from engine.feel.errors import FeelError


class DmnError(FeelError):
    """The model cannot be read, or a decision cannot be made. `element` names the decision or table in question."""

    def __init__(self, message: str, *, element: str = "", position: int | None = None, hint: str = "") -> None:
        super().__init__(message, position=position, hint=hint)
        self.element = element

    def __str__(self) -> str:
        said = super().__str__()
        return f"{self.element}: {said}" if self.element else said


class DmnFileError(DmnError):
    """The file is not a decision model that can be read."""
