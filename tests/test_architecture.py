"""The arrows between the packages, and the house rules that a machine can check."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

import engine

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
VAGUE_NAMES = {"utils", "helpers", "manager", "managers", "service", "common", "misc"}

# Written in two halves, because this file is tracked too.
REGISTRY_HOSTS = [
    "py" + "pi.org",
    "files.python" + "hosted.org",
    "registry." + "npmjs.org",
    "deb." + "debian.org",
]
MACHINE_PATHS = ["/ro" + "ot/", "/wo" + "rk/", "/ho" + "me/", "/t" + "mp/"]


def list_tracked_files(*patterns: str) -> list[Path]:
    """The files that Git tracks."""
    command = ["git", "ls-files", "-z", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def find_functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_imports_follow_the_arrows() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("package", "may_use"),
    [("engine.feel", ("engine.feel",)), ("engine.dmn", ("engine.dmn", "engine.feel", "engine.components"))],
)
def test_expressions_and_decisions_use_nothing_else_of_the_engine(package: str, may_use: tuple[str, ...]) -> None:
    graph = grimp.build_graph("engine", cache_dir=None)
    users = {package, *graph.find_descendants(package)}
    used = {module for user in users for module in graph.find_modules_directly_imported_by(user)}
    assert {module for module in used if not f"{module}.".startswith(tuple(f"{name}." for name in may_use))} == set()


FACES = {"engine", "engine.feel", "engine.dmn", "engine.difference", "engine.migration"}


def test_other_layers_use_the_public_faces_of_the_engine_alone() -> None:
    """What `engine/__init__.py` lists and documents is all that the layers above need."""
    used = {
        (path.relative_to(ROOT).as_posix(), node.module, alias.name)
        for path in list_tracked_files("workflows/*.py", "webapp/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "engine"
        for alias in node.names
    }

    assert {use for use in used if use[1] not in FACES} == set()
    assert {use for use in used if use[1] == "engine" and use[2] not in engine.__all__} == set()


def test_the_public_face_of_the_engine_has_what_it_lists() -> None:
    assert [name for name in engine.__all__ if getattr(engine, name, None) is None] == []
    with pytest.raises(AttributeError, match="offers no “nothing”"):
        _ = engine.nothing  # type: ignore[attr-defined]


def list_written_files() -> list[Path]:
    """The Python files somebody wrote: migrations are generated lists of columns."""
    return [path for path in list_tracked_files("*.py") if "versions" not in path.parts]


def test_no_file_is_longer_than_one_can_keep_in_mind() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in list_written_files()}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in list_written_files()
        for node in find_functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert too_long == []


def test_modules_are_named_for_what_they_do() -> None:
    vague = [
        str(path.relative_to(ROOT))
        for path in list_tracked_files("*.py")
        if VAGUE_NAMES & {path.stem, *path.relative_to(ROOT).parts[:-1]}
    ]
    assert vague == []


@pytest.mark.parametrize("words", [REGISTRY_HOSTS, MACHINE_PATHS], ids=["registry hosts", "machine paths"])
def test_tracked_files_work_on_every_machine(words: list[str]) -> None:
    # A path counts where it begins: in "bpmn/home/" nothing is wrong.
    pattern = re.compile("|".join(rf"(?<![\w./-]){re.escape(word)}" for word in words))
    found = []
    for path in list_tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if match := pattern.search(text):
            found.append(f"{path.relative_to(ROOT)}: {match.group()}")
    assert found == []
