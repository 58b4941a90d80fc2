"""The list of rewards, and the granted bonuses as a payment list for payroll."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.attachments import hand_out_csv
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.promotions.page import STATES
from webapp.request_session import current_session
from webapp.rewards import blueprint
from workflows.people.accounts import HR
from workflows.rewards.listing import ListedReward, list_rewards
from workflows.rewards.models import BONUS, GRANTED
from workflows.rewards.words import KIND_WORDS, describe_worth
from workflows.spreadsheets import write_csv

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
        kinds=KIND_WORDS,
        describe_worth=describe_worth,
    )


@blueprint.get("/payments.csv")
@only_for(HR)
def export_payments() -> ResponseReturnValue:
    """Every granted bonus with its amount and its day, as a file for payroll."""
    viewer = signed_in().person_id
    found = list_rewards(current_session(), viewer=viewer, state=GRANTED, kind=BONUS, limit=LONGEST_FILE)
    header = ["employee_id", "name", "amount", "currency", "pay_from", "cycle", "proposed_by", "decided_by"]
    content = write_csv(header, (_payment(row) for row in found.rows))
    return hand_out_csv(content, f"payments-{clock.now().date().isoformat()}.csv")


def _payment(row: ListedReward) -> tuple[object, ...]:
    one = row.proposal
    figures = (one.amount, one.currency, one.effective_date.isoformat())
    return (one.person_id, row.person, *figures, row.cycle, row.proposer, row.decider)
