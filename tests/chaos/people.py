"""People at work over HTTP on an installation that keeps failing, and what they were told is kept."""

import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from engine import clock, definitions
from engine.database import SessionFactory
from engine.models import Task
from tests.stories.company import PASSWORD
from workflows.people.models import Person
from workflows.questionnaires.components import TextField
from workflows.questionnaires.inventing import invent
from workflows.reviews.forms import questionnaire_of

COOKIE, TOKEN = re.compile(r"__Host-reviewflow=([^;]+)"), re.compile(r'name="csrf-token" content="([^"]+)"')
HIDDEN = re.compile(r'name="(_revision|_version)" value="(\d+)"')
HANDS_IN_NOW = 0.5
MOST_SAVES = 4
TIMEOUT = 20
DOWN = (OSError, HTTPException)
"""What somebody sees of a server that was killed: no answer, or half of one."""


@dataclass
class Answer:
    """What the server said."""

    status: int
    body: str


@dataclass
class Browser:
    """The browser of one person, who stays signed in."""

    port: int
    email: str
    cookie: str = ""

    def ask(self, method: str, path: str, fields: Sequence[tuple[str, str]] = ()) -> Answer:
        """Send a request. Raises one of DOWN when no whole answer comes."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        headers = {"Cookie": f"__Host-reviewflow={self.cookie}", "Accept": "text/html"}
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(connection):
            connection.request(method, path, urlencode(fields) if fields else None, headers)
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
            if found := COOKIE.search(response.headers.get("Set-Cookie", "")):
                self.cookie = found.group(1)
            return Answer(response.status, body)

    def sign_in(self) -> None:
        """Sign in where nobody is signed in yet."""
        if not self.cookie:
            token = token_of(self.ask("GET", "/sign-in"))
            fields = (("email", self.email), ("password", PASSWORD), ("csrf_token", token))
            if self.ask("POST", "/sign-in", fields).status != 302:
                self.cookie = ""


def token_of(page: Answer) -> str:
    """The forgery token of a page; none on one that says that something is wrong."""
    found = TOKEN.search(page.body)
    return found.group(1) if found else ""


@dataclass
class Ledger:
    """What the server has said is done, and what was sent to it: by task."""

    handed_in: dict[int, str] = field(default_factory=dict)
    sent: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    kept: dict[int, int] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)
    _notes: int = 0

    def new_note(self, task_id: int) -> int:
        """A number that is written into the next text of this task, so that the text is known again."""
        with self._lock:
            self._notes += 1
            self.sent[task_id].append(self._notes)
            return self._notes

    def keep(self, task_id: int, note: int, text: str) -> None:
        """The server has said that it has the text with this note; a form without a text has none."""
        if text:
            self.kept[task_id] = note

    def count(self, what: str) -> None:
        """Something happened once more."""
        with self._lock:
            self.happened[what] += 1


@dataclass
class Crowd:
    """Everybody who works at the same time: each of the threads takes the next open task and its person."""

    port: int
    factory: SessionFactory
    ledger: Ledger = field(default_factory=Ledger)
    _browsers: dict[str, Browser] = field(default_factory=dict)
    _taken: set[int] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)
    _faults: list[Exception] = field(default_factory=list)

    @contextlib.contextmanager
    def at_work(self, threads: int) -> Iterator[None]:
        """Let that many people work until they go home, at the end of the block at the latest."""
        self._threads += [Thread(target=self._work, args=(Random(number),)) for number in range(threads)]
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self.go_home()

    def go_home(self) -> None:
        """Nobody works any more. Raises what went wrong while they did."""
        self._over.set()
        while self._threads:
            self._threads.pop().join()
        if self._faults:
            raise self._faults[0]

    def _work(self, chance: Random) -> None:
        while not self._over.is_set():
            try:
                with self._one_task(chance) as task:
                    if task is None:
                        self._over.wait(0.5)
                    else:
                        self._visit(task, chance)
            except (*DOWN, DBAPIError) as fault:
                self.ledger.count(f"seen: {type(fault).__name__}")
                self._over.wait(0.2)
            except Exception as fault:  # noqa: BLE001 - a thread hands its faults over to the one that began it
                self._faults.append(fault)
                return

    @contextlib.contextmanager
    def _one_task(self, chance: Random) -> Iterator[Task | None]:
        with self.factory() as session:
            waiting = session.scalars(
                select(Task).where(Task.state == "open", Task.assignee.is_not(None), Task.step.not_in(OWN_PAGES))
            ).all()
        with self._lock:
            free = [task for task in waiting if task.id not in self._taken]
            task = chance.choice(free) if free else None
            if task is not None:
                self._taken.add(task.id)
        try:
            yield task
        finally:
            if task is not None:
                self._taken.discard(task.id)

    def _visit(self, task: Task, chance: Random) -> None:
        """Open a task, write a while, and hand it in or leave it for later."""
        browser = self._browser_of(str(task.assignee))
        browser.sign_in()
        page = browser.ask("GET", f"/tasks/{task.id}")
        if page.status != 200 or not (token := token_of(page)):
            self.ledger.count(f"page: {page.status}")
            if page.status in (302, 401):
                browser.cookie = ""
            return
        hidden = {**dict(HIDDEN.findall(page.body)), "csrf_token": token}
        answers, text = self._answers(task, chance)
        for _ in range(chance.randint(1, MOST_SAVES)):
            note = self.ledger.new_note(task.id)
            saved = browser.ask("PUT", f"/tasks/{task.id}/draft", _send(answers, text, note, hidden))
            self.ledger.count(f"saved: {saved.status}")
            if saved.status != 200:
                return
            self.ledger.keep(task.id, note, text)
            hidden["_version"] = re.findall(r'"version":\s*(\d+)', saved.body)[0]
        if chance.random() < HANDS_IN_NOW:
            note = self.ledger.new_note(task.id)
            done = browser.ask("POST", f"/tasks/{task.id}/completion", _send(answers, text, note, hidden))
            self.ledger.count(f"handed in: {done.status}")
            if done.status in (302, 303):
                self.ledger.keep(task.id, note, text)
                self.ledger.handed_in[task.id] = str(task.assignee)

    def _browser_of(self, person_id: str) -> Browser:
        if person_id not in self._browsers:
            with self.factory() as session:
                self._browsers[person_id] = Browser(self.port, session.get_one(Person, person_id).email)
        return self._browsers[person_id]

    def _answers(self, task: Task, chance: Random) -> tuple[dict[str, Any], str]:
        """Answers to the form of a task, and the name of the question that is answered with a text."""
        with self.factory() as session:
            program = definitions.program_for(session, task.definition_id)
        questionnaire = questionnaire_of(program, program.step(task.step))
        answers = invent(questionnaire, chance, clock.now().date())
        # What the form does not show with these answers, it does not keep either.
        kept = questionnaire.check(answers, context={}, today=clock.now().date()).answers
        keys = (".".join(part.key) for part in questionnaire.fields() if isinstance(part, TextField))
        return answers, next((key for key in keys if key in answers and kept.get(key)), "")


OWN_PAGES = ("calibration_session", "executive_signoff")
"""Steps that are done on pages of their own; they are played when everything stands again."""


def _send(answers: Mapping[str, Any], text: str, note: int, hidden: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields as a browser sends them, with the note at the end of the text."""
    noted = {**answers, **({text: f"{answers[text]} (note {note})"} if text else {})}
    return [*hidden.items(), *(pair for name, value in noted.items() for pair in _flatten(name, value))]


def _flatten(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flatten(f"{name}.{key}", inner)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for number, row in enumerate(value):
            yield from _flatten(f"{name}[{number}]", row)
    elif isinstance(value, list):
        yield from ((f"{name}[]", str(item)) for item in value)
    elif value is not None and value is not False:
        yield name, "true" if value is True else str(value)
