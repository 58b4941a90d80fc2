"""The forms of a process package, looked at before it is published."""

from collections.abc import Iterable, Iterator, Mapping

from engine import Finding, Program, feel, registry
from workflows.questionnaires.errors import InvalidForm
from workflows.questionnaires.naming import find_misnamed
from workflows.questionnaires.reading import load


def find_form_faults(files: Mapping[str, bytes], program: Program | None) -> Iterator[Finding]:
    """Every reason why a form of a package, path → content, could not be shown or handed in.

    Names in expressions are checked where the process has a data dictionary.
    """
    dictionary = program.dictionary if program else None
    for path, content in files.items():
        if path.startswith("forms/") and path.endswith(".json"):
            for finding in _find_faults(content, dictionary):
                finding.file = path
                yield finding


def _find_faults(content: bytes, dictionary: feel.Dictionary | None) -> Iterable[Finding]:
    try:
        questionnaire = load(content)
    except InvalidForm as invalid:
        return invalid.findings
    return [] if dictionary is None else find_misnamed(questionnaire, dictionary.fields)


def install() -> None:
    """Let the engine ask about forms whenever it inspects a package."""
    registry.use_checker(find_form_faults)
