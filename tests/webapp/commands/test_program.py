"""What everybody gets from the command line: help, exit codes, and errors that say what to do."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.webapp.commands.conftest import Program
from webapp.commands.program import reviewflow as program


def all_commands(group: click.Group = program, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from all_commands(command, (*path, name))


@pytest.mark.parametrize("path", list(all_commands()), ids=" ".join)
def test_every_command_explains_itself(reviewflow: Program, path: tuple[str, ...]) -> None:
    shown = reviewflow(*path, "--help")
    assert shown.code == 0
    assert shown.out.startswith(f"Usage: reviewflow {' '.join(path)}")
    assert len(shown.out.splitlines()[2].split()) >= 3, "the first line says what the command does"


def test_it_tells_its_version(reviewflow: Program) -> None:
    assert reviewflow("--version").out == "reviewflow, version 0.1.0\n"


@pytest.mark.parametrize("arguments", [["dance"], ["launch", "annual_review"], ["serve", "--port", "99999"]])
def test_wrong_usage_ends_with_2_and_a_hint(reviewflow: Program, arguments: list[str]) -> None:
    ended = reviewflow(*arguments)
    assert ended.code == 2
    assert "Try 'reviewflow" in ended.err
    assert "--help" in ended.err


@pytest.mark.parametrize(
    "command", ["status", "serve", "work", "launch x --name x --from 2026-01-01 --to 2026-12-31 --by x"]
)
def test_without_a_schema_every_command_says_how_to_make_one(reviewflow: Program, command: str) -> None:
    ended = reviewflow(*command.split())
    assert ended.code == 1
    assert ended.err == "The database is empty. Create its tables first: reviewflow db upgrade\n"


def test_a_worker_knows_every_kind_of_job() -> None:
    asked = "import webapp.commands.working; from engine import registry; print(*registry.job_kinds)"
    alone = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert "dry_run" in alone.stdout.split()


def test_a_wrong_setting_is_told_in_one_line(reviewflow: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWFLOW_DATABASE_URL", "mysql://host/db")
    ended = reviewflow("status")
    assert ended.code == 1
    assert ended.err.startswith("REVIEWFLOW_DATABASE_URL cannot be used: ")
    assert len(ended.err.splitlines()) == 1


def test_a_database_that_does_not_answer_is_told(reviewflow: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWFLOW_DATABASE_URL", "postgresql://reviewflow@127.0.0.1:1/reviewflow")
    ended = reviewflow("db", "check")
    assert ended.code == 1
    assert ended.err.startswith("The database does not answer (")
    assert "Traceback" not in ended.err


def test_what_nobody_foresaw_is_kept_in_a_log(reviewflow: Program, data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "reviewflow.db").write_bytes(b"This is not a database, whatever its name says. " * 100)
    ended = reviewflow("status")
    log = data_dir / "reviewflow.log"
    assert ended.code == 1
    assert ended.err == f"Something unexpected went wrong (DatabaseError). The details are in {log}.\n"
    assert "file is not a database" in log.read_text()
