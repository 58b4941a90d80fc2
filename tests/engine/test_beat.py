"""Beat, as a real process with a real broker: it wakes the workers now and then."""

import os
import signal
import subprocess
import sys

import pytest
import redis

PATIENCE = 180.0


def test_it_sends_wake_ups_until_it_is_stopped(broker_url: str) -> None:
    command = [sys.executable, "-m", "webapp.commands", "beat", "--every", "0.2"]
    environment = {**os.environ, "REVIEWFLOW_BROKER_URL": broker_url}
    with (
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as beat,
        redis.from_url(broker_url, socket_timeout=None) as broker,
    ):
        try:
            sent = all(broker.blpop(["celery"], timeout=PATIENCE) for _ in range(3))
            beat.send_signal(signal.SIGTERM)
            beat.communicate(timeout=PATIENCE)
        finally:
            beat.kill()
    assert sent, "three messages in time"


@pytest.mark.parametrize("broker", ["memory://"])
def test_without_a_broker_it_says_what_to_do(broker: str) -> None:
    command = [sys.executable, "-m", "webapp.commands", "beat"]
    environment = {**os.environ, "REVIEWFLOW_BROKER_URL": broker}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert answer.returncode == 1
    assert "reviewflow serve is enough" in answer.stderr
