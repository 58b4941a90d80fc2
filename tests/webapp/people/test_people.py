"""HR looks people up, hands them out as a file, and gives passwords; nobody gains power by it."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from sqlalchemy import delete

from engine.database import SessionFactory, transaction
from tests.webapp.browsing import Browser
from tests.workflows.small_cycle import counted
from workflows.people.export import PAY_COLUMNS
from workflows.people.imports.people_file import PEOPLE_HEADER
from workflows.people.models import Account

OpenBrowser = Callable[[str], Browser]


def found(page: str) -> set[str]:
    return {who for who in ("ann", "ben", "carl", "hugo", "mara", "olga") if f'href="/people/{who}"' in page}


@pytest.mark.parametrize(
    ("question", "people"),
    [
        ("", {"ann", "ben", "carl", "hugo", "mara", "olga"}),
        ("q=director", {"mara"}),
        ("q=team", {"ann", "ben", "carl"}),
        ("q=ben%20team", {"ben"}),
        ("q=hugo@company", {"hugo"}),
        ("q=_", set()),
        ("status=leave", set()),
    ],
)
def test_people_are_found_by_name_title_unit_and_status(
    open_browser: OpenBrowser, question: str, people: set[str]
) -> None:
    assert found(open_browser("hugo").open(f"/people?{question}").text) == people


def test_a_list_costs_the_same_for_one_and_for_all(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    hugo, costs = open_browser("hugo"), []
    for question in ("", "?q=ann"):
        with counted(factory) as statements:
            hugo.open(f"/people{question}")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 7


def test_a_person_is_shown_with_the_line_and_the_unit(open_browser: OpenBrowser) -> None:
    page = open_browser("hugo").open("/people/ben").text
    assert 'href="/people/mara"' in page
    assert "The company › Engineering › Team" in page
    assert "Direct reports (2)" in page
    assert open_browser("hugo").open("/people/nobody").status_code == 404


def read_export(browser: Browser, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(browser.client.get(address).data.decode("utf-8-sig"))))


def test_an_export_holds_pay_only_when_it_is_asked_for(open_browser: OpenBrowser) -> None:
    hugo = open_browser("hugo")
    plain, full = read_export(hugo, "/people/people.csv"), read_export(hugo, "/people/people.csv?pay=yes")
    assert len(plain) == len(full) == 6
    assert set(PEOPLE_HEADER) - set(plain[0]) == set(PAY_COLUMNS)
    assert list(full[0]) == list(PEOPLE_HEADER)


def shown_password(browser: Browser) -> str:
    secret = re.search(r'class="rf-secret[^"]*">([^<]+)<', browser.page.text)
    assert secret, "no password is shown"
    return secret.group(1)


def test_somebody_without_an_account_gets_one_and_signs_in(open_browser: OpenBrowser, factory: SessionFactory) -> None:
    # Given Ann, who has no account
    with transaction(factory) as session:
        session.execute(delete(Account).where(Account.person_id == "ann"))
    hugo, ann = open_browser("hugo"), open_browser("")
    hugo.open("/people/ann")
    assert "No account yet." in hugo.page.text
    # When HR creates one
    hugo.send("/people/ann/password")
    password = shown_password(hugo)
    # Then the password is shown this once and lets her in
    assert password not in hugo.open("/people/ann").text
    ann.sign_in("ann", password)
    assert ann.is_signed_in


def test_a_new_password_ends_every_sign_in_with_the_old_one(open_browser: OpenBrowser) -> None:
    ann, hugo = open_browser("ann"), open_browser("hugo")
    assert ann.is_signed_in
    hugo.open("/people/ann")
    hugo.send("/people/ann/password")
    assert not ann.is_signed_in


@pytest.mark.parametrize(
    ("who", "whose", "reason"),
    [
        ("hugo", "hugo", "You change your own password"),
        ("hugo", "carl", "only an administrator"),
        ("hugo", "mara", "only an administrator"),
        ("hugo", "olga", "only an administrator"),
    ],
)
def test_hr_cannot_take_over_the_account_of_somebody_who_decides(
    open_browser: OpenBrowser, who: str, whose: str, reason: str
) -> None:
    browser = open_browser(who)
    browser.open(f"/people/{whose}")
    answer = browser.send(f"/people/{whose}/password")
    assert answer.status_code == 403
    assert reason in answer.text


def test_an_administrator_helps_an_executive_who_has_lost_the_password(open_browser: OpenBrowser) -> None:
    carl, mara = open_browser("carl"), open_browser("")
    carl.open("/people/mara")
    carl.send("/people/mara/password")
    mara.sign_in("mara", shown_password(carl))
    assert mara.is_signed_in
    assert "Import" not in carl.open("/people").text.partition("<main")[2]
