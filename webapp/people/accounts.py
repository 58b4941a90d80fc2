"""One person for HR and administrators: what is known, and whether they can sign in."""

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from engine import NotFound, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.people import blueprint
from webapp.people.listing import STATUS_NAMES
from webapp.request_session import current_session
from workflows.cycles.queries import cases_of_person
from workflows.people.accounts import ADMIN, HR
from workflows.people.models import Account
from workflows.people.organisation import Organisation
from workflows.people.passwords import issue_password


@blueprint.get("/<person_id>")
@only_for(HR, ADMIN)
def show_person(person_id: str) -> ResponseReturnValue:
    """What is known of somebody today, their cycles, and their account."""
    return _person_page(person_id)


@blueprint.post("/<person_id>/password")
@only_for(HR, ADMIN)
def give_password(person_id: str) -> ResponseReturnValue:
    """A new password, shown once on the page that answers."""
    actor = signed_in()
    password = issue_password(current_session(), person_id, by=actor.person_id, by_roles=actor.roles, now=clock.now())
    current_app.logger.info("%s set a one-time password for %s", actor.person_id, person_id)
    return _person_page(person_id, password=password)


def _person_page(person_id: str, *, password: str = "") -> str:
    session, today = current_session(), clock.now().date()
    organisation = Organisation(session, today)
    person = organisation.person(person_id)
    if person is None:
        raise NotFound("Nobody of this id is known today. Check the id, or the day they begin.")
    own = person_id == signed_in().person_id
    return render_template(
        "people/person.html",
        person=person,
        manager=organisation.manager_of(person_id),
        partner=organisation.hr_partner(person_id),
        path=organisation.unit_path(person.org_unit),
        reports=[report for report in organisation.direct_reports(person_id) if not report.has_left],
        status=STATUS_NAMES[person.status],
        account=session.get(Account, person_id),
        password=password,
        now=clock.now(),
        own=own,
        cases=[] if own or HR not in signed_in().roles else cases_of_person(session, person_id),
    )
