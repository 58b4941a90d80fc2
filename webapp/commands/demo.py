"""reviewflow demo: an invented company with a running annual review, ready to sign in to."""

import logging
from pathlib import Path

import click
from sqlalchemy import make_url

from engine import ConfigurationError, clock, reading
from webapp.commands.demo_company import PASSWORD, Login, choose_logins, prepare
from webapp.commands.installation import Installation, open_installation
from webapp.commands.printing import print_table
from webapp.commands.serving import listen, run_server
from webapp.settings import Settings, load_settings
from workflows.migrations import upgrade
from workflows.people.organisation import load_organisation

HOST = "127.0.0.1"
THREADS = 8
MARK = "demo"
"""The file that tells the data folder of a demo from one with an organisation's own data."""


@click.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--fresh", is_flag=True, help="Begin again; the data of before are put aside.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="A folder with people.csv and org_units.csv; otherwise an invented company.",
)
def demo(port: int, data: Path | None, *, fresh: bool) -> None:
    """Start Reviewflow with an invented company and a running annual review, until Ctrl-C.

    Data are kept in the folder .reviewflow (or REVIEWFLOW_DATA_DIR), so that the next start goes on where you stopped.
    """
    settings = load_settings()
    check_is_for_demos(settings)
    with listen(HOST, port) as listener:
        if fresh:
            put_aside(settings)
        _claim_folder(settings)
        installation = open_installation(check=False)
        _log_to(installation.log_path)
        upgrade(installation.engine)
        prepare(installation.factory, data)
        with reading(installation.factory) as session:
            logins = choose_logins(load_organisation(session, clock.now().date()))
        run_server(
            installation,
            listener,
            threads=THREADS,
            ready=lambda address: _welcome(address, logins, installation),
            log_path=installation.log_path,
        )
    click.echo("\nReviewflow has stopped. The next reviewflow demo goes on from here.")


def check_is_for_demos(settings: Settings) -> None:
    """Raise ConfigurationError where a demo, whose password everybody knows, has no place."""
    if settings.production:
        raise ConfigurationError("This is a production installation (REVIEWFLOW_ENVIRONMENT); a demo would open it up.")
    if not settings.database_url.startswith("sqlite:") or not settings.broker_url.startswith("memory:"):
        raise ConfigurationError(
            "The demo brings its own database and needs no broker. Unset REVIEWFLOW_DATABASE_URL and "
            "REVIEWFLOW_BROKER_URL, or set up this installation with: reviewflow db upgrade"
        )


def put_aside(settings: Settings) -> None:
    """Rename the database of a demo, so that the next one begins empty and nothing is lost."""
    database = _database_of(settings)
    if not database.exists():
        return
    _claim_folder(settings)
    kept = database.with_name(f"{database.stem}-until-{clock.now():%Y%m%d-%H%M%S}{database.suffix}")
    for ending in ("-wal", "-shm", ""):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    click.echo(f"The data of before are kept in {kept}.")


def _claim_folder(settings: Settings) -> None:
    """Mark the folder as a demo's. Raises ConfigurationError when it holds an installation that is none."""
    mark = settings.data_dir / MARK
    if _database_of(settings).exists() and not mark.exists():
        raise ConfigurationError(
            f"{_database_of(settings)} is no demo: a demo would let everybody in with a known password. Name another "
            "folder for it: REVIEWFLOW_DATA_DIR=demo reviewflow demo"
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    mark.write_text("This folder belongs to a demo of Reviewflow. It may be deleted.\n", encoding="utf-8")


def _database_of(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "reviewflow.db")


def _log_to(path: Path) -> None:
    logging.basicConfig(filename=path, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def _welcome(address: str, logins: list[Login], installation: Installation) -> None:
    click.echo(f"\nReviewflow runs at {click.style(address, bold=True)}\n")
    print_table(
        ("sign in as", "who is", "with this e-mail address"), [(who.name, who.role, who.email) for who in logins]
    )
    click.echo(f"\nThe password of everybody is: {click.style(PASSWORD, bold=True)}")
    click.echo(f"Data and log are in {installation.log_path.parent}. Stop with Ctrl-C; --fresh begins again.")
