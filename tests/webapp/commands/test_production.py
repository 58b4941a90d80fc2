"""The production set-up of deploy/: gunicorn, workers, PostgreSQL and a broker, each as it is started there."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from engine import queue
from tests.services.processes import find_free_port
from tests.webapp.commands.conftest import Program
from tests.webapp.commands.running import PATIENCE, ROOT, wait_until
from tests.webapp.commands.test_cycles import LAUNCH, anybody

DEPLOY = ROOT / "deploy"


@pytest.fixture
def production(
    reviewflow: Program,
    data_dir: Path,
    sample: Path,
    postgres_url: str,
    broker_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Program]:
    """The program on a production installation with the sample company."""
    data_dir.mkdir()
    monkeypatch.setenv("REVIEWFLOW_ENVIRONMENT", "production")
    monkeypatch.setenv("REVIEWFLOW_SECRET_KEY", "not a secret at all, but long enough")
    monkeypatch.setenv("REVIEWFLOW_DATABASE_URL", postgres_url)
    monkeypatch.setenv("REVIEWFLOW_BROKER_URL", broker_url)
    assert reviewflow("db", "upgrade").code == 0
    files = ("--people", str(sample / "people.csv"), "--units", str(sample / "org_units.csv"))
    assert reviewflow("people", "import", *files).code == 0
    assert reviewflow("deploy", "annual_review").code == 0
    yield reviewflow
    queue.use_broker("memory://")


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", *command], env=environment, process_group=0)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_workers_hand_out_what_a_launch_has_left_to_them(production: Program) -> None:
    with started("webapp.commands", "work") as worker:
        production(*LAUNCH, "--by", anybody(production))
        assert wait_until(lambda: "Jobs due now: 0." in production("status").out)
        assert production("status", "--json").json["cycles"][0]["open_tasks"] > 50  # type: ignore[index]
        worker.terminate()
        assert worker.wait(PATIENCE) == 0


@pytest.mark.usefixtures("production")
def test_gunicorn_serves_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    port = find_free_port()
    monkeypatch.setenv("REVIEWFLOW_BIND", f"127.0.0.1:{port}")
    monkeypatch.setenv("REVIEWFLOW_WEB_PROCESSES", "1")

    def answers() -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                return answer.read() == b'{"database":"ok"}\n'
        except OSError:
            return False

    with started("gunicorn", "--config", str(DEPLOY / "gunicorn.conf.py")) as server:
        assert wait_until(answers)
        server.terminate()
        assert server.wait(PATIENCE) == 0


def test_compose_starts_commands_that_exist(reviewflow: Program) -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    commands = re.findall(r'command: \["reviewflow", (.*)\]', text)
    assert len(commands) == 3
    for command in commands:
        words = [word.strip('" ') for word in command.split(",")]
        assert reviewflow(*words, "--help").code == 0, words
