"""Signing in and out, changing a password, and what ends a sign-in."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from engine import clock
from engine.database import SessionFactory, transaction
from tests.webapp.browsing import PASSWORD, Browser
from webapp import create_app
from webapp.access import safe_address
from webapp.settings import Settings
from workflows.people.models import Account

OpenBrowser = Callable[[str], Browser]
NEW_PASSWORD = "another four words here"


def read_account(factory: SessionFactory, who: str) -> Account:
    with transaction(factory) as session:
        return session.get_one(Account, who)


def test_somebody_who_follows_a_link_signs_in_and_arrives_there(open_browser: OpenBrowser) -> None:
    browser = open_browser("")
    browser.open("/account/password?from=mail")
    assert browser.heading == "Sign in"
    assert 'value="/account/password?from=mail"' in browser.page.text

    browser.sign_in("ann", goal="/account/password?from=mail")

    assert browser.heading == "Change your password"
    assert browser.page.request.full_path == "/account/password?from=mail"


def test_signing_in_works_with_the_address_in_any_case(open_browser: OpenBrowser) -> None:
    browser = open_browser("")
    browser.sign_in("ANN")
    assert browser.is_signed_in


@pytest.mark.parametrize(("who", "password"), [("ann", "not her password"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    open_browser: OpenBrowser, who: str, password: str
) -> None:
    browser = open_browser("")
    page = browser.sign_in(who, password)
    assert page.status_code == 422
    assert "do not belong together" in page.text
    assert f'value="{who}@company.example"' in page.text
    assert password not in page.text
    assert not browser.is_signed_in


def test_an_empty_form_says_what_to_enter(open_browser: OpenBrowser) -> None:
    browser = open_browser("")
    browser.open("/sign-in")
    page = browser.send("/sign-in", email="", password="")
    assert "Enter your work e-mail address." in page.text
    assert "Enter your password." in page.text


def test_a_failure_is_counted_although_the_sign_in_is_refused(
    open_browser: OpenBrowser, factory: SessionFactory
) -> None:
    open_browser("").sign_in("ann", "not her password")
    assert read_account(factory, "ann").failed_logins == 1


def test_ten_failures_lock_the_account_for_a_quarter_of_an_hour(app: Flask) -> None:
    def sign_in(password: str) -> bool:
        # From another address each time, as attackers do, so that the limit on attempts does not get in first.
        browser = Browser(app.test_client())
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{next(addresses)}"
        browser.sign_in("ann", password)
        return browser.is_signed_in

    addresses = iter(range(1, 255))
    with clock.travelling():
        for _ in range(10):
            sign_in("not her password")
        clock.travel(minutes=14)
        assert not sign_in(PASSWORD)
        clock.travel(minutes=2)
        assert sign_in(PASSWORD)


def test_too_many_attempts_on_one_account_are_slowed_down(open_browser: OpenBrowser) -> None:
    browser = open_browser("")
    for _ in range(10):
        browser.sign_in("nobody", "guess")
    page = browser.sign_in("nobody", "guess")
    assert page.status_code == 429
    assert browser.heading == "Too many attempts"
    assert browser.sign_in("ben").status_code == 200, "a colleague in the same office can still sign in"


def test_web_processes_count_attempts_together_in_the_brokers_redis(
    tmp_path: Path, factory: SessionFactory, broker_url: str
) -> None:
    settings = Settings(data_dir=tmp_path, broker_url=broker_url)
    processes = [create_app(settings, session_factory=factory) for _ in range(2)]
    answers = [Browser(processes[turn % 2].test_client()).sign_in("nobody", "guess") for turn in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_a_broker_that_is_down_locks_nobody_out(tmp_path: Path, factory: SessionFactory) -> None:
    settings = Settings(data_dir=tmp_path, broker_url="redis://127.0.0.1:1/0")
    browser = Browser(create_app(settings, session_factory=factory).test_client())
    browser.sign_in("ann")
    assert browser.is_signed_in


def test_signing_out_ends_the_session_in_this_browser_only(open_browser: OpenBrowser) -> None:
    laptop, phone = open_browser("ann"), open_browser("ann")
    laptop.send("/sign-out")
    assert laptop.heading == "Sign in"
    assert not laptop.is_signed_in
    assert phone.is_signed_in


def test_a_changed_password_ends_every_other_sign_in(open_browser: OpenBrowser) -> None:
    laptop, phone = open_browser("ann"), open_browser("ann")
    laptop.open("/account/password")

    laptop.send(
        "/account/password",
        current_password=PASSWORD,
        new_password=NEW_PASSWORD,
        repeated_password=NEW_PASSWORD,
    )

    assert "Your password is changed" in laptop.page.text
    assert laptop.is_signed_in
    assert not phone.is_signed_in
    assert "do not belong together" in phone.sign_in("ann", PASSWORD).text
    phone.sign_in("ann", NEW_PASSWORD)
    assert phone.is_signed_in


@pytest.mark.parametrize(
    ("current", "new", "repeated", "told"),
    [
        ("not her password", NEW_PASSWORD, NEW_PASSWORD, "This is not your current password."),
        (PASSWORD, "short", "short", "it needs at least 12"),
        (PASSWORD, NEW_PASSWORD, "something else here", "not the same as the new password"),
        (PASSWORD, "ann@company.example", "ann@company.example", "The password is the e-mail address."),
    ],
)
def test_a_password_is_not_changed_without_a_reason_given(
    open_browser: OpenBrowser, current: str, new: str, repeated: str, told: str
) -> None:
    ann = open_browser("ann")
    ann.open("/account/password")
    page = ann.send("/account/password", current_password=current, new_password=new, repeated_password=repeated)
    assert page.status_code == 422
    assert told in page.text
    again = open_browser("ann")
    assert again.is_signed_in


def test_sign_out_everywhere_ends_every_session(open_browser: OpenBrowser) -> None:
    laptop, phone = open_browser("ann"), open_browser("ann")
    laptop.open("/account")
    laptop.send("/account/sessions/end")
    assert "You are signed out everywhere." in laptop.page.text
    assert not laptop.is_signed_in
    assert not phone.is_signed_in


def test_the_cookie_carries_no_personal_id_and_is_kept_from_scripts(open_browser: OpenBrowser) -> None:
    browser = open_browser("")
    browser.open("/sign-in")
    answer = browser.send("/sign-in", follow=False, email="ann@company.example", password=PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "ann" not in cookie.partition(";")[0]


def test_pages_prolong_the_sign_in_and_files_carry_no_cookie(open_browser: OpenBrowser) -> None:
    browser = open_browser("ann")
    assert "reviewflow=" in browser.open("/inbox").headers["Set-Cookie"]
    files = re.findall(r'(?:href|src)="(/(?:assets|static)/[^"#]+)', browser.page.text)
    assert len(files) >= 3
    for file in files:
        answer = browser.client.get(file, buffered=True)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("header", [{"Sec-Fetch-Mode": "cors"}, {"Accept": "application/json"}, {"HX-Request": "true"}])
def test_what_a_page_asks_for_by_itself_brings_no_cookie_back(
    open_browser: OpenBrowser, header: dict[str, str]
) -> None:
    browser = open_browser("ann")
    answer = browser.open("/notifications/latest", **header)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" in answer.headers["Vary"]
    assert "Set-Cookie" in browser.open("/inbox", **{"Sec-Fetch-Mode": "navigate"}).headers


def test_in_production_the_cookie_travels_over_https_only(tmp_path: Path, factory: SessionFactory) -> None:
    settings = Settings(environment="production", secret_key="k" * 40, data_dir=tmp_path)
    browser = create_app(settings, session_factory=factory).test_client()
    cookie = browser.get("/sign-in", base_url="https://reviewflow.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-reviewflow=")
    assert "Secure" in cookie


def test_a_session_ends_after_half_a_day(app: Flask) -> None:
    assert app.permanent_session_lifetime == timedelta(hours=12)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/ /evil.example",
        "/\t/evil.example",
        "evil.example",
        "javascript:alert(1)",
        "",
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(open_browser: OpenBrowser, address: str) -> None:
    browser = open_browser("")
    browser.open("/sign-in")
    answer = browser.send("/sign-in", follow=False, email="ann@company.example", password=PASSWORD, next=address)
    assert answer.headers["Location"] == "/"


@given(st.text())
def test_a_safe_address_always_stays_on_this_site(address: str) -> None:
    safe = safe_address(address)
    assert safe is None or (safe == address and safe[0] == "/" and safe[1:2] not in ("/", "\\"))
