"""The way around: which screens a person finds at the side of every page.

A screen is shown to whoever may open it, so the list follows the marks on the views (see webapp/access.py); a screen
that is pointless for some, such as a team page for people without a team, says so with `shown_to`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.access import may_open
from webapp.actor import Actor
from webapp.standing import count_unread, count_waiting, leads_people

HOME = "inbox.show_inbox"

blueprint = Blueprint("home", __name__)


def everybody(_actor: Actor) -> bool:
    """Shown to all who may open it."""
    return True


def nothing(_actor: Actor) -> int:
    """Nothing to be counted."""
    return 0


@dataclass(frozen=True, slots=True)
class Screen:
    """An entry of the navigation: `key` is pressed after `g` to get there, `count` is what waits there.

    `also` are further blueprints whose pages belong to it.
    """

    label: str
    icon: str
    endpoint: str
    key: str
    shown_to: Callable[[Actor], bool] = everybody
    count: Callable[[Actor], int] = nothing
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A screen as one person sees it on one page."""

    label: str
    icon: str
    address: str
    key: str
    here: bool
    count: int


GROUPS: tuple[tuple[str, tuple[Screen, ...]], ...] = (
    (
        "",
        (
            Screen("Inbox", "inbox", "inbox.show_inbox", "i", count=count_waiting),
            Screen("My review", "clipboard-check", "cases.show_my_review", "m"),
            Screen("Team", "users", "team.show_team", "t", shown_to=leads_people),
            Screen("Notifications", "bell", "notifications.show_notifications", "n", count=count_unread),
            Screen("Out of office", "calendar", "absences.show_absences", "o"),
        ),
    ),
    (
        "Human resources",
        (
            Screen("Cycles", "refresh", "cycles.show_cycles", "c"),
            Screen("Processes", "vector-bezier", "designer.show_library", "d", also=("versions", "comparisons")),
            Screen("Dry runs", "player-play", "simulations.show_all", "s", also=("walks",)),
            Screen("People", "sitemap", "people.show_people", "p"),
            Screen("Rewards", "award", "rewards.show_rewards", "r"),
            Screen("Committees", "scale", "committees.show_committees", "v"),
            Screen("Incidents", "alert-triangle", "incidents.show_incidents", "x"),
            Screen("Mail", "send", "mail.show_mail", "e"),
        ),
    ),
)


def install(app: Flask) -> None:
    """Serve the start address of `app` and give its templates the navigation."""
    app.register_blueprint(blueprint)
    app.add_template_global(navigation)
    app.add_template_global(count_unread)


def navigation() -> list[tuple[str, list[Link]]]:
    """The screens of whoever is signed in, by group; groups without a screen are left out."""
    actor = g.get("actor")
    if actor is None:
        return []
    groups = [
        (title, [_link(actor, screen) for screen in screens if _shows(actor, screen)]) for title, screens in GROUPS
    ]
    return [(title, links) for title, links in groups if links]


def _shows(actor: Actor, screen: Screen) -> bool:
    return may_open(actor, screen.endpoint) and screen.shown_to(actor)


def _link(actor: Actor, screen: Screen) -> Link:
    here = request.blueprint in (screen.endpoint.partition(".")[0], *screen.also)
    return Link(screen.label, screen.icon, url_for(screen.endpoint), screen.key, here, screen.count(actor))


@blueprint.get("/")
def show_home() -> ResponseReturnValue:
    """The start page is the first thing a person has to do something on."""
    return redirect(url_for(HOME))
