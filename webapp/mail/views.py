"""Where the links of mails lead: confirming a decision, ending the digests; and for HR what did not arrive."""

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engine import NotFound, clock
from webapp.access import only_for, public
from webapp.mail import blueprint, deciding
from webapp.mail.links import UNSUBSCRIPTION, read
from webapp.request_session import current_session
from workflows.notifications.planning import stop_digests
from workflows.notifications.post import is_set_up
from workflows.notifications.undelivered import leave_unsent, list_undelivered, send_again
from workflows.people.models import Person

__all__ = ["blueprint", "deciding"]


@blueprint.get("/mail/unsubscription/<token>")
@public
def show_unsubscription(token: str) -> ResponseReturnValue:
    """Ask whether the daily digest shall end: programs that look at mails open links, too."""
    return render_template("mail/unsubscription.html", token=token, person=_reader(token), done=False)


@blueprint.post("/mail/unsubscription/<token>")
@public
def unsubscribe(token: str) -> ResponseReturnValue:
    """End the daily digest. Mail programs do it with one click, without opening the page (RFC 8058)."""
    person = _reader(token)
    stop_digests(current_session(), person.id, clock.now())
    return render_template("mail/unsubscription.html", token=token, person=person, done=True)


def _reader(token: str) -> Person:
    about: Any = read(current_app.config["SECRET_KEY"], UNSUBSCRIPTION, token)
    person = current_session().get(Person, about) if about else None
    if person is None:
        raise NotFound("This link is damaged. Open it again from the mail, or change your settings in Reviewflow.")
    return person


@blueprint.get("/mail")
@only_for("hr", "admin")
def show_mail() -> ResponseReturnValue:
    """The mails that did not arrive."""
    session = current_session()
    return render_template("mail/undelivered.html", undelivered=list_undelivered(session), is_set_up=is_set_up(session))


@blueprint.post("/mail/<int:mail_id>/sending")
@only_for("hr", "admin")
def send_mail_again(mail_id: int) -> ResponseReturnValue:
    """Send a mail once more."""
    send_again(current_session(), mail_id, clock.now())
    flash("The mail is being sent again. It appears here once more if it does not arrive.", "success")
    return redirect(url_for("mail.show_mail"))


@blueprint.post("/mail/<int:mail_id>/dismissal")
@only_for("hr", "admin")
def dismiss_mail(mail_id: int) -> ResponseReturnValue:
    """Let a mail be."""
    leave_unsent(current_session(), mail_id, clock.now())
    flash("The mail is not sent. Colleagues find everything in Reviewflow all the same.", "success")
    return redirect(url_for("mail.show_mail"))
