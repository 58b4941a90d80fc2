"""Who may open what: every address of the application has a row here, and the row is tried out."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.webapp.browsing import Browser

OpenBrowser = Callable[[str], Browser]

# Nobody is "": not signed in. Ann is an employee, Ben leads a team, Mara is an executive, Hugo is HR, Carl is an admin.
NOBODY = ("",)
EVERYBODY_SIGNED_IN = ("ann", "ben", "mara", "hugo", "carl")
ALL = NOBODY + EVERYBODY_SIGNED_IN
HR_ONLY = ("hugo",)
HR_AND_ADMIN = ("hugo", "carl")

MATRIX: dict[str, tuple[str, ...]] = {
    "GET /": EVERYBODY_SIGNED_IN,
    "GET /absences": EVERYBODY_SIGNED_IN,
    "POST /absences": EVERYBODY_SIGNED_IN,
    "GET /absences/<int:absence_id>": EVERYBODY_SIGNED_IN,
    "POST /absences/<int:absence_id>/substitutes": EVERYBODY_SIGNED_IN,
    "POST /absences/<int:absence_id>/substitutes/<int:position>/removal": EVERYBODY_SIGNED_IN,
    "POST /absences/<int:absence_id>/end": EVERYBODY_SIGNED_IN,
    "GET /account": EVERYBODY_SIGNED_IN,
    "GET /account/password": EVERYBODY_SIGNED_IN,
    "POST /account/password": EVERYBODY_SIGNED_IN,
    "POST /account/sessions/end": EVERYBODY_SIGNED_IN,
    "GET /assets/<path:name>": ALL,
    "GET /mail/decisions/<token>": ALL,
    "POST /mail/decisions/<token>": ALL,
    "GET /outside/<token>": ALL,
    "POST /outside/<token>": ALL,
    "POST /outside/<token>/declination": ALL,
    "PUT /outside/<token>/draft": ALL,
    "GET /mail": HR_AND_ADMIN,
    "POST /mail/<int:mail_id>/sending": HR_AND_ADMIN,
    "POST /mail/<int:mail_id>/dismissal": HR_AND_ADMIN,
    "GET /mail/unsubscription/<token>": ALL,
    "POST /mail/unsubscription/<token>": ALL,
    "GET /cases/<int:case_id>/comments": EVERYBODY_SIGNED_IN,
    "POST /cases/<int:case_id>/comments": EVERYBODY_SIGNED_IN,
    "GET /committees": HR_ONLY,
    "POST /committees": HR_ONLY,
    "GET /committees/<committee_id>": HR_ONLY,
    "POST /committees/<committee_id>/levels": HR_ONLY,
    "POST /committees/<committee_id>/seats": HR_ONLY,
    "POST /committees/<committee_id>/seats/<person_id>/end": HR_ONLY,
    "GET /cycles": HR_ONLY,
    "POST /cycles": HR_ONLY,
    "GET /cycles/new": HR_ONLY,
    "GET /cycles/new/confirmation": HR_ONLY,
    "POST /cycles/processes/<package>": HR_ONLY,
    "GET /cycles/<int:cycle_id>": HR_ONLY,
    "GET /cycles/<int:cycle_id>/start": HR_ONLY,
    "GET /cycles/<int:cycle_id>/standing": HR_ONLY,
    "POST /cycles/<int:cycle_id>/standing": HR_ONLY,
    "GET /cycles/<int:cycle_id>/people/<person_id>/standing": HR_ONLY,
    "POST /cycles/<int:cycle_id>/people/<person_id>/standing": HR_ONLY,
    "GET /cycles/<int:cycle_id>/steps/<step_id>": HR_ONLY,
    "GET /cycles/<int:cycle_id>/stuck": HR_ONLY,
    "GET /cycles/<int:cycle_id>/progress.csv": HR_ONLY,
    "GET /cycles/<int:cycle_id>/participants": HR_ONLY,
    "GET /cycles/<int:cycle_id>/people/<person_id>": HR_ONLY,
    "GET /cycles/<int:cycle_id>/tasks/<int:task_id>/holder": HR_ONLY,
    "POST /cycles/<int:cycle_id>/tasks/<int:task_id>/holder": HR_ONLY,
    "GET /cycles/<int:cycle_id>/tasks/<int:task_id>/deadline": HR_ONLY,
    "POST /cycles/<int:cycle_id>/tasks/<int:task_id>/deadline": HR_ONLY,
    "POST /cycles/<int:cycle_id>/tasks/<int:task_id>/link": HR_ONLY,
    "POST /cycles/<int:cycle_id>/tasks/<int:task_id>/address": HR_ONLY,
    "GET /cycles/<int:cycle_id>/tasks/<int:task_id>/reopening": HR_ONLY,
    "POST /cycles/<int:cycle_id>/tasks/<int:task_id>/reopening": HR_ONLY,
    "POST /cycles/<int:cycle_id>/incidents/<int:incident_id>/retry": HR_ONLY,
    "GET /calibration/<int:task_id>": EVERYBODY_SIGNED_IN,
    "POST /calibration/<int:task_id>/ratings/<int:case_id>": EVERYBODY_SIGNED_IN,
    "POST /calibration/<int:task_id>/changes/<int:change_id>/undo": EVERYBODY_SIGNED_IN,
    "POST /calibration/<int:task_id>/closing": EVERYBODY_SIGNED_IN,
    "GET /designer": HR_ONLY,
    "POST /designer": HR_ONLY,
    "GET /designer/new": HR_ONLY,
    "GET /designer/<int:design_id>": HR_ONLY,
    "GET /designer/<int:design_id>/diagram": HR_ONLY,
    "GET /designer/<int:design_id>/steps": HR_ONLY,
    "POST /designer/<int:design_id>/steps": HR_ONLY,
    "POST /designer/<int:design_id>/steps/history": HR_ONLY,
    "GET /designer/<int:design_id>/files/<path:path>": HR_ONLY,
    "PUT /designer/<int:design_id>/files/<path:path>": HR_ONLY,
    "DELETE /designer/<int:design_id>/files/<path:path>": HR_ONLY,
    "GET /designer/<int:design_id>/findings": HR_ONLY,
    "PUT /designer/<int:design_id>/presence": HR_ONLY,
    "DELETE /designer/<int:design_id>/presence": HR_ONLY,
    "POST /designer/<int:design_id>/name": HR_ONLY,
    "POST /designer/<int:design_id>/states": HR_ONLY,
    "POST /designer/<int:design_id>/archive": HR_ONLY,
    "GET /designer/<int:design_id>/package.zip": HR_ONLY,
    "POST /designer/<int:design_id>/forms": HR_ONLY,
    "GET /designer/<int:design_id>/forms/<name>": HR_ONLY,
    "POST /designer/<int:design_id>/forms/<name>/name": HR_ONLY,
    "POST /designer/<int:design_id>/forms/<name>/removal": HR_ONLY,
    "GET /designer/<int:design_id>/forms/<name>/preview": HR_ONLY,
    "POST /designer/<int:design_id>/forms/<name>/preview": HR_ONLY,
    "POST /designer/<int:design_id>/tables": HR_ONLY,
    "GET /designer/<int:design_id>/tables/<name>": HR_ONLY,
    "POST /designer/<int:design_id>/tables/<name>/name": HR_ONLY,
    "POST /designer/<int:design_id>/tables/<name>/removal": HR_ONLY,
    "GET /designer/<int:design_id>/tables/<name>/trials": HR_ONLY,
    "POST /designer/<int:design_id>/tables/<name>/trials": HR_ONLY,
    "GET /designer/<int:design_id>/publication": HR_ONLY,
    "POST /designer/<int:design_id>/publication": HR_ONLY,
    "GET /dry-runs": HR_ONLY,
    "POST /dry-runs": HR_ONLY,
    "GET /dry-runs/new": HR_ONLY,
    "GET /dry-runs/<int:dry_run_id>": HR_ONLY,
    "POST /dry-runs/<int:dry_run_id>/cancellation": HR_ONLY,
    "GET /dry-runs/<int:dry_run_id>/report.json": HR_ONLY,
    "GET /dry-runs/<int:dry_run_id>/comparison": HR_ONLY,
    "GET /decisions/<int:task_id>": EVERYBODY_SIGNED_IN,
    "GET /decisions/<int:task_id>/signature": EVERYBODY_SIGNED_IN,
    "POST /decisions/<int:task_id>/signature": EVERYBODY_SIGNED_IN,
    "GET /healthz": ALL,
    "GET /incidents": HR_AND_ADMIN,
    "POST /incidents/retries": HR_AND_ADMIN,
    "GET /incidents/<int:incident_id>": HR_AND_ADMIN,
    "GET /incidents/<int:incident_id>/alike": HR_AND_ADMIN,
    "POST /incidents/<int:incident_id>/preview": HR_ONLY,
    "POST /incidents/<int:incident_id>/resolution": HR_ONLY,
    "GET /incidents/batches": HR_ONLY,
    "GET /incidents/batches/<int:batch_id>": HR_ONLY,
    "POST /incidents/batches/<int:batch_id>/stop": HR_ONLY,
    "GET /processes/<key>/versions": HR_ONLY,
    "GET /processes/<key>/migration": HR_ONLY,
    "POST /processes/<key>/migration": HR_ONLY,
    "GET /processes/migrations/<int:batch_id>": HR_ONLY,
    "POST /processes/migrations/<int:batch_id>/stop": HR_ONLY,
    "GET /processes/migrations/<int:batch_id>/return": HR_ONLY,
    "POST /processes/migrations/<int:batch_id>/return": HR_ONLY,
    "GET /rewards": HR_ONLY,
    "GET /rewards/payments.csv": HR_ONLY,
    "GET /people": HR_AND_ADMIN,
    "GET /people/people.csv": HR_ONLY,
    "GET /people/import": HR_ONLY,
    "POST /people/import": HR_ONLY,
    "POST /people/import/preview": HR_ONLY,
    "GET /people/import/undo": HR_ONLY,
    "POST /people/import/undo": HR_ONLY,
    "GET /people/import/tasks/<int:batch_id>": HR_ONLY,
    "POST /people/import/tasks/<int:batch_id>/stop": HR_ONLY,
    "GET /people/<person_id>": HR_AND_ADMIN,
    "POST /people/<person_id>/password": HR_AND_ADMIN,
    "GET /inbox": EVERYBODY_SIGNED_IN,
    "GET /inbox/next": EVERYBODY_SIGNED_IN,
    "POST /inbox/approvals": EVERYBODY_SIGNED_IN,
    "POST /inbox/approvals/preview": EVERYBODY_SIGNED_IN,
    "GET /inbox/approvals/<int:batch_id>": EVERYBODY_SIGNED_IN,
    "POST /inbox/approvals/<int:batch_id>/undo": EVERYBODY_SIGNED_IN,
    "GET /inbox/filters": EVERYBODY_SIGNED_IN,
    "POST /inbox/filters": EVERYBODY_SIGNED_IN,
    "POST /inbox/filters/<int:filter_id>/sharing": EVERYBODY_SIGNED_IN,
    "POST /inbox/filters/<int:filter_id>/deletion": EVERYBODY_SIGNED_IN,
    "GET /inquiries/<int:inquiry_id>": EVERYBODY_SIGNED_IN,
    "POST /inquiries/<int:inquiry_id>/answer": EVERYBODY_SIGNED_IN,
    "POST /inquiries/<int:inquiry_id>/withdrawal": EVERYBODY_SIGNED_IN,
    "GET /my-review": EVERYBODY_SIGNED_IN,
    "GET /my-review/<int:case_id>": EVERYBODY_SIGNED_IN,
    "GET /notifications": EVERYBODY_SIGNED_IN,
    "GET /notifications/<int:notification_id>": EVERYBODY_SIGNED_IN,
    "GET /notifications/latest": EVERYBODY_SIGNED_IN,
    "GET /notifications/preferences": EVERYBODY_SIGNED_IN,
    "POST /notifications/preferences": EVERYBODY_SIGNED_IN,
    "POST /notifications/reading": EVERYBODY_SIGNED_IN,
    "POST /notifications/<int:notification_id>/reading": EVERYBODY_SIGNED_IN,
    "GET /sign-in": ALL,
    "POST /sign-in": ALL,
    "POST /sign-out": ALL,
    "GET /static/<path:filename>": ALL,
    "GET /tasks/<int:task_id>": EVERYBODY_SIGNED_IN,
    "PUT /tasks/<int:task_id>/draft": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/completion": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/claim": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/release": EVERYBODY_SIGNED_IN,
    "GET /tasks/<int:task_id>/approvers": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/approvers": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/approvers/removal": EVERYBODY_SIGNED_IN,
    "GET /tasks/<int:task_id>/delegation": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/delegation": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/delegation/end": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/return": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/link": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/recall": EVERYBODY_SIGNED_IN,
    "GET /tasks/<int:task_id>/outside": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/outside": EVERYBODY_SIGNED_IN,
    "GET /tasks/<int:task_id>/inquiries": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/inquiries": EVERYBODY_SIGNED_IN,
    "GET /tasks/<int:task_id>/sending-back": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/sending-back": EVERYBODY_SIGNED_IN,
    "GET /tasks/<int:task_id>/snooze": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/snooze": EVERYBODY_SIGNED_IN,
    "POST /tasks/<int:task_id>/snooze/end": EVERYBODY_SIGNED_IN,
    "GET /team": EVERYBODY_SIGNED_IN,
    "GET /votes/<int:task_id>": EVERYBODY_SIGNED_IN,
    "GET /votes/rankings/<int:vote_id>": EVERYBODY_SIGNED_IN,
    "POST /votes/rankings/<int:vote_id>": EVERYBODY_SIGNED_IN,
    "POST /votes/rankings/<int:vote_id>/close": EVERYBODY_SIGNED_IN,
    "POST /votes/<int:task_id>/attendance": EVERYBODY_SIGNED_IN,
    "POST /votes/<int:task_id>/choice": EVERYBODY_SIGNED_IN,
    "POST /votes/<int:task_id>/recusal": EVERYBODY_SIGNED_IN,
    "GET /comparisons": HR_ONLY,
    "POST /comparisons": HR_ONLY,
    "GET /walks": HR_ONLY,
    "POST /walks": HR_ONLY,
    "GET /walks/new": HR_ONLY,
    "GET /walks/<int:walk_id>": HR_ONLY,
    "GET /walks/<int:walk_id>/tasks/<int:task_id>": HR_ONLY,
    "POST /walks/<int:walk_id>/tasks/<int:task_id>": HR_ONLY,
    "POST /walks/<int:walk_id>/tasks/<int:task_id>/ratings/<int:case_id>": HR_ONLY,
    "POST /walks/<int:walk_id>/tasks/<int:task_id>/sending-back": HR_ONLY,
    "POST /walks/<int:walk_id>/messages": HR_ONLY,
    "POST /walks/<int:walk_id>/jump": HR_ONLY,
    "POST /walks/<int:walk_id>/time": HR_ONLY,
    "POST /walks/<int:walk_id>/position": HR_ONLY,
    "POST /walks/<int:walk_id>/removal": HR_ONLY,
}

# What stands for a part of an address that varies: things that do not exist.
EXAMPLES = {"name": "none.css", "filename": "none.svg", "path": "none.bpmn"}


SIGNED = {
    "POST /mail/unsubscription/<token>": 404,
    "POST /outside/<token>": 404,
    "POST /outside/<token>/declination": 404,
    "PUT /outside/<token>/draft": 404,
}
"""Mail programs and people outside come here without a token of a form; the address is signed, and this one is not."""


def list_addresses(app: Flask) -> dict[str, Rule]:
    return {
        f"{method} {rule.rule}": rule
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def fill_in(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        _, address = rule.build({name: EXAMPLES.get(name, 0) for name in rule.arguments}) or ("", "")
    return address


def is_let_in(browser: Browser, method: str, address: str) -> bool:
    """Whether the guard lets the request pass. Without a forgery token nothing is changed by a POST."""
    answer = browser.client.open(address, method=method)
    sent_away = answer.status_code == 302 and "/sign-in" in answer.headers["Location"]
    return answer.status_code not in (401, 403) and not sent_away


def test_every_address_has_a_row_and_every_row_an_address(app: Flask) -> None:
    assert set(MATRIX) == set(list_addresses(app))


@pytest.mark.parametrize("who", ALL)
def test_the_rows_are_true(app: Flask, open_browser: OpenBrowser, who: str) -> None:
    browser = open_browser(who)
    opened = {
        row
        for row, rule in list_addresses(app).items()
        if is_let_in(browser, row.partition(" ")[0], fill_in(app, rule))
    }
    # Signing out is one of the addresses, but without a token it does not happen.
    assert opened == {row for row, allowed in MATRIX.items() if who in allowed}


def test_nothing_is_changed_by_a_request_without_our_token(app: Flask, open_browser: OpenBrowser) -> None:
    ann = open_browser("ann")
    changing = {row: rule for row, rule in list_addresses(app).items() if not row.startswith("GET ")}
    answers = {row: ann.client.open(fill_in(app, rule), method=row.partition(" ")[0]) for row, rule in changing.items()}
    expected = {row: 400 if "ann" in MATRIX[row] else 403 for row in changing} | SIGNED
    assert {row: answer.status_code for row, answer in answers.items()} == expected
    assert ann.is_signed_in


def test_a_script_whose_session_has_ended_is_told_so(app: Flask) -> None:
    answer = app.test_client().get("/account", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.get_json()["title"] == "You are signed out"


def test_a_form_sent_after_the_session_ended_gives_the_text_back(app: Flask) -> None:
    answer = app.test_client().post("/account/password", data={"comment": "Two hours", "new_password": "x" * 20})
    assert answer.status_code == 401
    assert "Two hours" in answer.text
    assert "x" * 20 not in answer.text
