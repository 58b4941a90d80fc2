"""Looking people up, and handing them out as a file."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import only_for
from webapp.attachments import hand_out_csv
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.people import blueprint
from webapp.request_session import current_session
from workflows.people.accounts import ADMIN, HR
from workflows.people.export import PAY_COLUMNS, export_people
from workflows.people.imports.people_file import PEOPLE_HEADER
from workflows.people.models import ACTIVE, ON_LEAVE, TERMINATED
from workflows.people.organisation import load_organisation
from workflows.people.search import search_people

STATUS_NAMES = {"": "Everybody", ACTIVE: "At work", ON_LEAVE: "On leave", TERMINATED: "Has left"}
WITH_PAY = "yes"


@blueprint.get("")
@only_for(HR, ADMIN)
def show_people() -> ResponseReturnValue:
    """People as of today, searched and in pages."""
    page, search = asked_page(), request.args.get("q", "").strip()
    status = request.args.get("status", "")
    status = status if status in STATUS_NAMES else ""
    found = search_people(
        current_session(), clock.now().date(), search=search, status=status, limit=SIZE, offset=offset_of(page)
    )
    return render_template(
        "people/list.html",
        rows=found.rows,
        paging=Paging(page, found.total),
        search=search,
        status=status,
        statuses=STATUS_NAMES,
    )


@blueprint.get("/people.csv")
@only_for(HR)
def export() -> ResponseReturnValue:
    """Everybody as of today in the form of the people import; pay only when it is asked for."""
    with_pay = request.args.get("pay") == WITH_PAY
    columns = [name for name in PEOPLE_HEADER if with_pay or name not in PAY_COLUMNS]
    today = clock.now().date()
    organisation = load_organisation(current_session(), today)
    content = export_people(organisation, organisation.everybody(), columns)
    return hand_out_csv(content, f"people-{today.isoformat()}.csv")
