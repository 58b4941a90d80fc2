"""The command line itself: its commands, and what a person sees when one of them cannot be done.

Exit codes: 0 done, 1 could not be done (the reason is on standard error), 2 wrong usage.
"""

import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from engine import EngineError, clock, explain_operational_error
from webapp.commands.accounts import account
from webapp.commands.cases import case, cycle
from webapp.commands.cycles import launch
from webapp.commands.database import db
from webapp.commands.decisions import decide, work_out
from webapp.commands.demo import demo
from webapp.commands.differences import diff
from webapp.commands.dry_runs import play
from webapp.commands.incidents import stopped
from webapp.commands.migrating import migrate, versions
from webapp.commands.packages import check, deploy
from webapp.commands.people import people
from webapp.commands.serving import serve
from webapp.commands.simulating import simulate
from webapp.commands.status import status
from webapp.commands.working import beat, work
from webapp.settings import Settings

LOG_NAME = "reviewflow.log"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="reviewflow", prog_name="reviewflow")
def reviewflow() -> None:
    """Performance management that runs on real process diagrams.

    To look around: reviewflow demo. Settings are environment variables that begin with REVIEWFLOW_; without any,
    everything is kept in the folder .reviewflow.
    """


for command in (
    demo,
    serve,
    work,
    beat,
    status,
    db,
    people,
    account,
    deploy,
    check,
    diff,
    versions,
    migrate,
    launch,
    simulate,
    play,
    case,
    cycle,
    stopped,
    work_out,
    decide,
):
    reviewflow.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command, by default that of the command line; returns the exit code."""
    try:
        code = reviewflow.main(arguments, prog_name="reviewflow", standalone_mode=False)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last place where anything can be said about it
        return _explain(error)
    return code if isinstance(code, int) else 0


def _explain(error: Exception) -> int:
    """Say on standard error why it cannot be done; returns the exit code."""
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, click.Abort):
        return _say("Stopped.")
    if isinstance(error, BrokenPipeError):
        # Whoever read the output has read enough, as `head` does.
        sys.stderr.close()
        return 1
    if isinstance(error, EngineError):
        return _say(str(error))
    if isinstance(error, OperationalError | InterfaceError):
        return _say(explain_operational_error(error) if isinstance(error, OperationalError) else str(error.orig))
    if isinstance(error, OSError) and error.filename:
        return _say(f"{error.filename}: {error.strerror}.")
    return _say(_describe_unforeseen(error))


def _say(text: str) -> int:
    click.echo(text, err=True)
    return 1


def _describe_unforeseen(error: Exception) -> str:
    hint = " If you have just updated Reviewflow, run: reviewflow db upgrade" if _is_schema_error(error) else ""
    return f"Something unexpected went wrong ({type(error).__name__}). The details are in {_write_log(error)}.{hint}"


def _is_schema_error(error: Exception) -> bool:
    return isinstance(error, ProgrammingError)


def _write_log(error: Exception) -> Path:
    """Keep the details beside the data, or where there is certainly room."""
    text = f"{clock.now():%Y-%m-%d %H:%M:%S} reviewflow {' '.join(sys.argv[1:2])}\n"
    text += "".join(traceback.format_exception(error))
    for folder in (_data_folder(), Path(tempfile.gettempdir())):
        path = folder / LOG_NAME
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError:
            continue
        return path.absolute()
    return Path(LOG_NAME)


def _data_folder() -> Path:
    try:
        return Settings().data_dir
    except (ValueError, EngineError):
        return Path(tempfile.gettempdir())
