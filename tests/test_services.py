"""The ground the other tests stand on: fresh databases, an empty broker, a real browser, no internet."""

import os
import select
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from threading import Event
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import psycopg
import pytest
import pytest_socket
import redis
from playwright.sync_api import Browser, Page
from sqlalchemy import text

from engine import clock
from engine.database import connect
from tests.services.accessibility import find_problems
from tests.services.postgres import PostgresServer, run_postgres
from tests.services.valkey import run_valkey


@pytest.mark.parametrize("run", ["first", "second"])
def test_every_test_gets_a_database_of_its_own(database_url: str, run: str) -> None:
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE only_in_the_{run} (id INTEGER)"))
        tables = "sqlite_master WHERE type = 'table'" if "sqlite" in database_url else "pg_tables"
        column = "name" if "sqlite" in database_url else "tablename"
        names = connection.execute(text(f"SELECT {column} FROM {tables}")).scalars().all()
    engine.dispose()
    assert [name for name in names if name.startswith("only_in_the")] == [f"only_in_the_{run}"]


NEXT_NUMBER = "SELECT nextval(pg_get_serial_sequence('committee_seat', 'id'))"


def test_a_database_that_is_given_back_is_as_new_or_dropped(
    postgres_server: PostgresServer, postgres_template: str
) -> None:
    url = postgres_server.lend_database(postgres_template)
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text(NEXT_NUMBER))
        connection.execute(text("INSERT INTO committee (id, name) VALUES ('pay', 'Pay')"))
    # Given somebody who is still connected
    with engine.connect() as left:
        left.execute(text("SELECT name FROM committee"))
        postgres_server.take_back(url, postgres_template)
        left.invalidate()
    engine.dispose()
    # Then whoever gets it next finds neither rows nor used numbers.
    assert postgres_server.lend_database(postgres_template) == url
    with psycopg.connect(url) as again:
        assert again.execute("SELECT count(*) FROM committee").fetchone() == (0,)
        assert again.execute(NEXT_NUMBER).fetchone() == (1,)
        again.execute("CREATE TABLE left_behind (id INTEGER)")
    # A schema that was changed does not come back.
    postgres_server.take_back(url, postgres_template)
    assert postgres_server.lend_database(postgres_template) != url


def test_a_dropped_database_is_gone_even_when_somebody_is_still_connected(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()
    with psycopg.connect(url) as connection:
        postgres_server.drop_database(url)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


@pytest.mark.parametrize("message", ["first", "second"])
def test_every_test_gets_an_empty_broker(broker_url: str, message: str) -> None:
    with redis.Redis.from_url(broker_url) as client:
        client.rpush("messages", message)
        assert client.lrange("messages", 0, -1) == [message.encode()]


def test_wheels_stand_in_for_missing_system_servers() -> None:
    with run_postgres(from_wheel=True) as database, run_valkey(from_wheel=True) as broker:
        with psycopg.connect(database.create_database()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with redis.Redis.from_url(broker.url) as client:
            assert client.ping() is True


def test_a_server_ends_with_the_session_that_started_it_even_when_that_is_killed() -> None:
    session = (
        "import os, signal\n"
        "from tests.services.valkey import run_valkey\n"
        "with run_valkey(from_wheel=True) as server:\n"
        "    print(server.process.pid, server.process.folder, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", session], check=False, capture_output=True, text=True, timeout=180)
    pid, folder = done.stdout.split()
    try:
        assert has_ended(int(pid), within_milliseconds=120_000)
    finally:
        shutil.rmtree(folder)


def has_ended(pid: int, *, within_milliseconds: int) -> bool:
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    waiting = select.poll()
    waiting.register(process, select.POLLIN)
    ended = bool(waiting.poll(within_milliseconds))
    os.close(process)
    return ended


def test_tests_can_not_reach_the_internet() -> None:
    with pytest.raises(pytest_socket.SocketConnectBlockedError), socket.socket() as probe:
        probe.connect(("192.0.2.1", 80))


def greet(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<h1>Reviewflow</h1>"]


def test_a_browser_opens_a_served_page(serve: Callable[[WSGIApplication], str], page: Page) -> None:
    page.goto(serve(greet))
    assert page.get_by_role("heading").inner_text() == "Reviewflow"


def show_an_unlabelled_picture(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Security-Policy", "script-src 'self'")])
    return [b'<html lang="en"><title>People</title><main><h1>People</h1><img src="data:,"></main></html>']


def test_a_page_is_held_against_the_accessibility_rules(
    serve: Callable[[WSGIApplication], str],
    page: Page,
) -> None:
    page.goto(serve(show_an_unlabelled_picture))
    assert [(problem.rule, problem.targets) for problem in find_problems(page)] == [("image-alt", ("img",))]


SLOW_PAGE = b"""<html lang="en"><title>Slow</title><script type="module" src="/slow.js"></script>
<label>Name <input></label><output>nothing</output><a href="/again">Again</a></html>"""
SLOW_SCRIPT = b"""for (const name of ['input', 'keyup']) {
  document.addEventListener(name, () => { document.querySelector('output').textContent = `heard ${name}`; });
}"""


def show_a_page_with_a_slow_script(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    is_script = environ["PATH_INFO"] == "/slow.js"
    if is_script:
        # Many times what a browser needs to act on a page that it shows already.
        Event().wait(timeout=0.2)
    start_response("200 OK", [("Content-Type", "text/javascript" if is_script else "text/html")])
    return [SLOW_SCRIPT if is_script else SLOW_PAGE]


def open_another(page: Page) -> Page:
    with page.expect_popup() as opened:
        page.evaluate("window.open('about:blank')")
    return opened.value


def test_a_browser_acts_only_when_a_page_has_run_its_scripts(
    serve: Callable[[WSGIApplication], str], page: Page, browser: Browser
) -> None:
    site = serve(show_a_page_with_a_slow_script)
    # Given pages, whoever made them
    by_hand = browser.new_page()
    for made in (page, open_another(page), by_hand):
        made.goto(site)
        # When one is still loading after a click, and something is written or pressed at once
        made.get_by_role("link").click()
        made.get_by_label("Name").fill("Ann")
        # Then its script hears that.
        assert made.locator("output").text_content() == "heard input"
        made.get_by_role("link").click()
        made.keyboard.press("a")
        assert made.locator("output").text_content() == "heard keyup"
    by_hand.close()


@pytest.mark.parametrize("leg", ["away", "back"])
def test_travels_in_time_end_with_the_test(leg: str) -> None:
    assert clock.now() - datetime.now(UTC) < timedelta(minutes=1)
    clock.travel(days=14)
