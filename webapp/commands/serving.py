"""reviewflow serve: the web application, and in an embedded installation its worker."""

import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from waitress.server import create_server  # type: ignore[import-untyped] # it comes without types

from engine import ConfigurationError, queue
from webapp.application import create_app, settle
from webapp.commands.installation import Installation, open_installation
from webapp.commands.origins import check_origins
from webapp.commands.printing import log_to_terminal
from webapp.commands.supervising import WorkerProcess


class PortBusy(ConfigurationError):
    """Another program listens there already."""


def create_web_app() -> Flask:
    """The application for a web server such as gunicorn: checked, connected, with everything plugged in."""
    check_origins()
    installation = open_installation()
    app = create_app(installation.settings, session_factory=installation.factory)
    settle()
    return app


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

    with listen(host, port) as listener:
        run_server(installation, listener, threads=threads, ready=tell)


def listen(host: str, port: int) -> socket.socket:
    """A socket that holds this address from now on. Raises PortBusy, or ConfigurationError for an unusable address."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(
                f"Another program listens on port {port} already, maybe Reviewflow itself. "
                f"Stop it, or choose another port: --port {port + 1}"
            ) from None
        raise ConfigurationError(f"Nothing can listen on {host}, port {port} ({error.strerror}).") from None


def run_server(
    installation: Installation,
    listener: socket.socket,
    *,
    threads: int,
    ready: Callable[[str], None],
    log_path: Path | None = None,
) -> None:
    """Serve on the socket until Ctrl-C or SIGTERM; `ready` is called with the address when all is set up.

    The worker's log goes to `log_path`, or to standard error.
    """
    settings = installation.settings
    app = create_app(settings, session_factory=installation.factory)
    settle()
    worker = WorkerProcess(log_path) if installation.is_embedded else None
    # Behind a proxy the application reads its headers itself; otherwise anybody could have written them.
    server = create_server(
        app, sockets=[listener], threads=threads, ident=None, clear_untrusted_proxy_headers=not settings.trusted_proxies
    )
    try:
        with _ending_on_sigterm():
            if worker is not None:
                queue.wake_through(worker.wake)
                queue.wake_after_commit(installation.factory)
                worker.start()
            ready(_address_of(listener))
            server.run()
    except KeyboardInterrupt:
        # It came before the server ran, or a second time.
        pass
    finally:
        server.close()
        if worker is not None:
            worker.stop()


def _address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"  # noqa: S104 - compared, not bound


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
