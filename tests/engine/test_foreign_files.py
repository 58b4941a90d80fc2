"""Files in the manner of other tools and vocabularies: each runs, or is refused with what to do.

Beside each file in `foreign` stands what is said about it, one finding a line; nothing, if it runs as it is. To take
today's words into those files, after reading them: `python -m tests.engine.test_foreign_files`.
"""

from pathlib import Path

import pytest

from engine import registry
from engine.inspection import inspect_package
from tests.engine.playing import TinyCompany

FOLDER = Path(__file__).parent / "foreign"
FILES = sorted(FOLDER.glob("*.bpmn"))


def findings_of(file: Path) -> str:
    """What is said about a file, with the lines."""
    registry.use_router(TinyCompany())
    found = inspect_package({file.name: file.read_bytes()}).findings
    return "".join(f"{one.severity}, line {one.line}: {one.element}: {one.problem} {one.remedy}\n" for one in found)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_is_said_what_stands_beside_it(file: Path) -> None:
    assert findings_of(file) == file.with_suffix(".txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    for drawn in FILES:
        drawn.with_suffix(".txt").write_text(findings_of(drawn), encoding="utf-8")
