"""reviewflow serve: the web application with its worker, and how both end."""

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from engine import queue
from tests.webapp.commands.conftest import Program
from tests.webapp.commands.running import is_alive, running, wait_until
from tests.webapp.commands.test_cycles import LAUNCH, anybody
from webapp.commands.supervising import WorkerProcess

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")


def test_it_serves_works_and_ends(company: Program, data_dir: Path) -> None:
    with running(data_dir, "serve") as served:
        assert wait_until(served.answers)
        company(*LAUNCH, "--by", anybody(company))
        # Nobody told the worker: the program that launched the cycle is another one. Its ticker finds the work.
        assert wait_until(lambda: "Jobs due now: 0." in company("status").out)
        assert served.end(signal.SIGTERM) == 0
        assert f"Reviewflow runs at http://localhost:{served.port}" in served.printed()


@linux_only
@pytest.mark.usefixtures("company")
def test_a_worker_that_was_killed_is_started_again(data_dir: Path) -> None:
    with running(data_dir, "serve") as served:
        assert wait_until(served.answers)
        assert wait_until(lambda: served.workers)
        [first] = served.workers
        os.kill(first, signal.SIGKILL)
        assert wait_until(lambda: served.workers not in ([], [first]))
        assert wait_until(served.answers)
        assert served.end(signal.SIGINT) == 0
        assert "The worker has ended (exit code -9)" in served.printed()


@linux_only
@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_no_worker_stays_behind(data_dir: Path, how: signal.Signals) -> None:
    with running(data_dir, "serve") as served:
        assert wait_until(served.answers)
        assert wait_until(lambda: served.workers)
        workers = served.workers
        served.end(how)
        assert wait_until(lambda: not any(is_alive(worker) for worker in workers))


@pytest.mark.usefixtures("company")
def test_a_busy_port_is_told(company: Program, data_dir: Path) -> None:
    with running(data_dir, "serve") as served:
        assert wait_until(served.answers)
        ended = company("serve", "--port", str(served.port))
    assert ended.code == 1
    assert ended.err == (
        f"Another program listens on port {served.port} already, maybe Reviewflow itself. "
        f"Stop it, or choose another port: --port {served.port + 1}\n"
    )


def test_an_address_of_another_machine_is_told(company: Program) -> None:
    ended = company("serve", "--host", "192.0.2.1")
    assert ended.code == 1
    assert ended.err.startswith("Nothing can listen on 192.0.2.1, port 8080 (")


class TestWorkerProcess:
    def test_takes_wake_ups_at_any_time(self, company: Program, data_dir: Path) -> None:
        worker = WorkerProcess(data_dir / "worker.log")
        worker.wake()
        worker.start()
        # More than the pipe can hold while the worker is still starting.
        for _ in range(100_000):
            worker.wake()
        company(*LAUNCH, "--by", anybody(company))
        worker.wake()
        assert wait_until(lambda: "Jobs due now: 0." in company("status").out)
        worker.stop()
        worker.wake()
        assert (data_dir / "worker.log").read_text() == ""

    def test_pauses_longer_each_time_it_fails(self, reviewflow: Program, data_dir: Path) -> None:
        # Without a schema the worker cannot begin.
        data_dir.mkdir()
        log = data_dir / "worker.log"
        worker = WorkerProcess(log)
        worker.start()
        told = "The database is empty. Create its tables first: reviewflow db upgrade\n"
        assert wait_until(lambda: log.read_text().count(told) >= 2)
        reviewflow("db", "upgrade")
        assert wait_until(lambda: worker.pid is not None and is_alive(worker.pid))
        worker.stop()
        assert log.read_text().replace(told, "") == ""


def test_an_installation_with_a_broker_has_its_workers_elsewhere(
    company: Program, company_file: Path, data_dir: Path, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEWFLOW_BROKER_URL", broker_url)
    shutil.copyfile(company_file, data_dir / "reviewflow.db")
    with running(data_dir, "serve") as served:
        assert wait_until(served.answers)
        assert served.workers == []
        served.end(signal.SIGINT)
        assert "Workers run elsewhere: reviewflow work" in served.printed()
    queue.use_broker("memory://")
