"""reviewflow serve: the web application, and in an embedded installation its worker."""

import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask
from waitress.server import create_server  # type: ignore[import-untyped] # it comes without types

from engine import queue
from engine.errors import ConfigurationError
from webapp.application import create_app
from webapp.commands.installation import Installation, open_installation
from webapp.commands.origins import check_origins
from webapp.commands.supervising import WorkerProcess
from webapp.commands.working import log_to_terminal


class PortBusy(ConfigurationError):
    """Another program listens there already."""


def create_web_app() -> Flask:
    """The application for a web server such as gunicorn: checked, connected, with everything plugged in."""
    check_origins()
    installation = open_installation()
    return create_app(installation.settings, session_factory=installation.factory)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Requests at once.")
def serve(host: str, port: int, threads: int) -> None:
    """Serve the web application until Ctrl-C.

    Embedded (without REVIEWFLOW_BROKER_URL) it keeps a worker running beside it. With a broker, use gunicorn with
    deploy/gunicorn.conf.py instead, and start workers with: reviewflow work
    """
    log_to_terminal()
    installation = open_installation()

    def tell(address: str) -> None:
        click.echo(f"Reviewflow runs at {address}   (stop it with Ctrl-C)", err=True)
        if not installation.is_embedded:
            click.echo("Workers run elsewhere: reviewflow work", err=True)

    run_server(installation, host=host, port=port, threads=threads, ready=tell)


def run_server(
    installation: Installation,
    *,
    host: str,
    port: int,
    threads: int,
    ready: Callable[[str], None],
    log_path: Path | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM; `ready` is called with the address as soon as it answers.

    The worker's log goes to `log_path`, or to standard error. Raises PortBusy.
    """
    app = create_app(installation.settings, session_factory=installation.factory)
    server = listen(app, host=host, port=port, threads=threads, behind_proxy=installation.settings.trusted_proxies > 0)
    worker = WorkerProcess(log_path) if installation.is_embedded else None
    try:
        with _ending_on_sigterm():
            if worker is not None:
                queue.wake_through(worker.wake)
                queue.wake_after_commit(installation.factory)
                worker.start()
            ready(f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{server.effective_port}")  # noqa: S104 - compared, not bound
            server.run()
    except KeyboardInterrupt:
        # Ctrl-C before the server ran.
        pass
    finally:
        server.close()
        if worker is not None:
            worker.stop()


def check_port(host: str, port: int) -> None:
    """Raise PortBusy when another program listens there, before anything else is done."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _cannot_listen(host, port, error) from None


def listen(app: Flask, *, host: str, port: int, threads: int, behind_proxy: bool = False) -> Any:
    """A waitress server on this address. Raises PortBusy, or ConfigurationError when the address cannot be used."""
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=threads,
            ident=None,
            # Behind a proxy the application reads these headers itself; otherwise anybody could have written them.
            clear_untrusted_proxy_headers=not behind_proxy,
        )
    except OSError as error:
        raise _cannot_listen(host, port, error) from None


def _cannot_listen(host: str, port: int, error: OSError) -> ConfigurationError:
    if error.errno == errno.EADDRINUSE:
        return PortBusy(
            f"Another program listens on port {port} already, maybe Reviewflow itself. "
            f"Stop it, or choose another port: --port {port + 1}"
        )
    return ConfigurationError(f"Nothing can listen on {host}, port {port} ({error.strerror}).")


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
