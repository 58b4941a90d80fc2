"""The list of rewards, and the granted bonuses as a payment list for payroll."""

import codecs
import csv
import io

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.promotions.page import KINDS, STATES, describe_worth
from webapp.request_session import current_session
from webapp.rewards import blueprint
from workflows.people.accounts import HR
from workflows.people.export import neutralise
from workflows.rewards.listing import list_rewards
from workflows.rewards.models import BONUS, GRANTED

LONGEST_FILE = 100_000
TONES = {"proposed": "info", "approved": "info", "granted": "success", "rejected": "danger", "withdrawn": "neutral"}


@blueprint.get("")
@only_for(HR)
def show_rewards() -> ResponseReturnValue:
    """Every proposal with what became of it, in pages; those in one state when that is asked for."""
    page, state = asked_page(), request.args.get("state", "")
    state = state if state in STATES else ""
    found = list_rewards(
        current_session(), viewer=signed_in().person_id, state=state, limit=SIZE, offset=offset_of(page)
    )
    return render_template(
        "rewards/rewards.html",
        rows=found.rows,
        paging=Paging(page, found.total),
        state=state,
        states=STATES,
        tones=TONES,
        kinds=KINDS,
        describe_worth=describe_worth,
    )


@blueprint.get("/payments.csv")
@only_for(HR)
def export_payments() -> ResponseReturnValue:
    """Every granted bonus with its amount and its day, as a file for payroll."""
    found = list_rewards(current_session(), viewer=signed_in().person_id, state=GRANTED, limit=LONGEST_FILE)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["employee_id", "name", "amount", "currency", "pay_from", "cycle", "proposed_by", "decided_by"])
    for row in found.rows:
        one = row.proposal
        if one.kind == BONUS:
            figures = (one.amount, one.currency, one.effective_date.isoformat())
            words = [neutralise(word or "") for word in (row.cycle, row.proposer, row.decider)]
            writer.writerow([neutralise(one.person_id), neutralise(row.person), *figures, *words])
    answer = make_response(codecs.BOM_UTF8 + text.getvalue().encode())
    answer.mimetype = "text/csv"
    today = clock.now().date().isoformat()
    answer.headers.set("Content-Disposition", "attachment", filename=f"payments-{today}.csv")
    return answer
