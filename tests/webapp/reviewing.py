"""The small company's annual review behind the application: what every screen of a running cycle is tried on."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select

from engine import clock
from engine.database import transaction
from engine.models import Task
from tests.webapp.browsing import PASSWORD, Browser
from tests.workflows.small_cycle import LONG, SmallCycle
from workflows.people.accounts import create_accounts, set_password
from workflows.people.models import Account, Person

# What somebody types into the self-assessment, as the browser sends it.
SELF_ASSESSMENT = {
    "summary": LONG,
    "achievements[0].title": "Cut the return rate",
    "support": "fully",
    "own_rating": "4",
}
MANAGER_REVIEW = {"results": LONG, "goals_realistic": "yes", "behaviour": LONG, "improve": LONG}


@dataclass
class Review(SmallCycle):
    """A cycle whose people can sign in. The clock of the application follows that of the cycle."""

    app: Flask = field(default_factory=lambda: Flask("none"))

    def work(self) -> "Review":
        """Let the machine work, at the moment of the cycle."""
        clock.travel(seconds=(self.now - clock.now()).total_seconds())
        super().work()
        return self

    def give_accounts(self) -> "Review":
        """Let everybody sign in with the same password."""
        with transaction(self.factory) as session:
            create_accounts(session, password=PASSWORD, now=self.now)
            for account in session.scalars(select(Account).where(Account.person_id.in_(("hugo", "rita")))):
                set_password(session, account, PASSWORD)
        return self

    def browser(self, who: str) -> Browser:
        """The browser of one of the cast, signed in."""
        browser = Browser(self.app.test_client())
        browser.sign_in(who)
        return browser

    def write_name(self, who: str, name: str) -> None:
        """Give somebody another name."""
        with transaction(self.factory) as session:
            session.get_one(Person, who).name = name

    def task(self, step: str, subject: str | None = None) -> Task:
        """The one open task of a step."""
        (task,) = self.open(step, subject)
        return task

    def again(self, task: Task) -> Task:
        """The task as it is now."""
        with self.factory() as session:
            return session.get_one(Task, task.id)


def hand_in(browser: Browser, task: Task, *, revision: int | None = None, **answers: Any) -> None:
    """Open a task and hand in its form, as a person does."""
    browser.open(f"/tasks/{task.id}")
    send(browser, task, revision=revision, **answers)


def send(browser: Browser, task: Task, *, revision: int | None = None, **answers: Any) -> None:
    """Send the form of the task that is open in the browser."""
    fields = {"_revision": str(task.revision if revision is None else revision), **answers}
    browser.send(f"/tasks/{task.id}/completion", **fields)
