"""The command line itself: its commands, and what a person sees when one of them cannot be done.

Exit codes: 0 done, 1 could not be done (the reason is on standard error), 2 wrong usage.
"""

import gc
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from engine import EngineError, clock, explain_operational_error
from webapp.settings import Settings

LOG_NAME = "reviewflow.log"


COMMANDS = {
    "demo": "demo:demo",
    "serve": "serving:serve",
    "work": "working:work",
    "beat": "working:beat",
    "status": "status:status",
    "db": "database:db",
    "people": "people:people",
    "account": "accounts:account",
    "deploy": "packages:deploy",
    "check": "packages:check",
    "diff": "differences:diff",
    "versions": "migrating:versions",
    "migrate": "migrating:migrate",
    "launch": "cycles:launch",
    "simulate": "simulating:simulate",
    "play-dry-run": "dry_runs:play",
    "case": "cases:case",
    "cycle": "cases:cycle",
    "incidents": "incidents:stopped",
    "feel": "decisions:work_out",
    "decide": "decisions:decide",
}
"""Where each command is: the module here, and its function."""


class Program(click.Group):
    """A group that imports a command when it is asked for: who checks a package need not wait for the web server."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, as the help shows them."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"webapp.commands.{module}"), function)
        return command


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="reviewflow", prog_name="reviewflow")
def reviewflow() -> None:
    """Performance management that runs on real process diagrams.

    To look around: reviewflow demo. Settings are environment variables that begin with REVIEWFLOW_; without any,
    everything is kept in the folder .reviewflow.
    """
    # The command is imported by now; see `main`.
    gc.enable()


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
