"""Hugo at the step list of a process."""

from collections.abc import Callable, Mapping
from functools import partial

from engine import inspect_package, transaction
from engine.database import SessionFactory
from tests.workflows.people.cast import NOW
from workflows.designs import starting, steps
from workflows.designs.asking import FormEdit
from workflows.designs.outline import changing
from workflows.designs.outline.weaving import Draft
from workflows.designs.reading import files_of

Edit = Callable[[Draft], str]


class Desk:
    """Hugo at the step list of a process that was just begun, with one step."""

    def __init__(self, factory: SessionFactory) -> None:
        self.factory = factory
        with transaction(factory) as session:
            starting.start_empty(session, "Check-in", by="hugo", now=NOW)
        self.add("on:opened_to_closed", "Write it", "subject")

    def add(self, place: str, name: str, actor: str, kind: str = "person") -> None:
        """Add a step."""
        self.edit(partial(changing.add_step, place=place, kind=kind, name=name, actor=actor))

    def edit(self, change: Edit, asking_for: steps.Asking | None = None) -> None:
        """Do one edit."""
        with transaction(self.factory) as session:
            steps.edit_steps(session, 1, change, "Changed it", based_on=99, by="hugo", now=NOW, asking=asking_for)

    def form(self, edit: FormEdit) -> None:
        """Do one edit of a form."""
        self.edit(edit.settle, edit.write)

    def undo(self) -> None:
        """Take the last edit back."""
        with transaction(self.factory) as session:
            steps.undo(session, 1, based_on=99, by="hugo", now=NOW)

    @property
    def noted(self) -> dict[str, str]:
        """What is noted before it is published, by the id of the element."""
        return {finding.id: finding.problem for finding in inspect_package(self.files).findings}

    def problems_of(self, identifier: str) -> list[str]:
        """Everything that is noted at one element."""
        return [finding.problem for finding in inspect_package(self.files).findings if finding.id == identifier]

    @property
    def files(self) -> Mapping[str, bytes]:
        """The package as it is now."""
        with self.factory() as session:
            return files_of(session, 1)
