"""A client is asked by mail: the link, the form behind it, and handing in once."""

from playwright.sync_api import Page, expect

from tests.services.accessibility import find_barriers
from tests.services.smtp import MailServer
from tests.webapp.browsing import Browser
from tests.webapp.mail.conftest import KEY, mail_settings, words
from tests.webapp.on_screen import Serve, watch
from tests.webapp.outside.conftest import ask_vera, link_for
from tests.webapp.reviewing import Review
from tests.workflows.outside.feedback import WORDS, nominate
from tests.workflows.small_cycle import LONG
from webapp.mail.links import DECISION, FORM, sign
from webapp.mail.smtp import SmtpPost
from webapp.settings import Settings
from workflows.notifications.post import use_post


def test_a_client_writes_what_the_manager_reads(clients: Review, mail_server: MailServer) -> None:
    # Given Ann, who names Vera Klein
    task = nominate(clients)
    clients.travel(days=1)
    [message] = mail_server.to("vera")
    assert "Your feedback is asked for" in str(message["Subject"])
    assert "Hello Vera Klein," in words(message)
    assert "“Client feedback” for Ann waits for you" in words(message)
    assert "preferences" not in words(message, "html")
    # When she follows the link in a browser that knows nobody, writes, goes away and comes back
    vera, address = Browser(clients.app.test_client()), link_for(mail_server)
    page = vera.open(address)
    assert vera.heading == "Client feedback"
    assert "How was it to work with Ann?" in page.text
    saved = vera.client.put(f"{address}/draft", data={"worked": "Half a"})
    assert saved.status_code == 200
    assert "Half a" in vera.open(address).text
    # And hands it in
    assert vera.client.post(address, data={"worked": ""}).status_code == 422
    assert "Thank you" in vera.client.post(address, data=WORDS).text
    done = clients.again(task)
    assert done.state == "completed"
    # Then Ben reads it, and who wrote it
    clients.work()
    [reading] = clients.open("read", "ann")
    text = clients.browser("ben").open(f"/tasks/{reading.id}").text
    assert LONG in text
    assert "Vera Klein (outside person)" in text
    # And the link is over.
    for answer in (vera.open(address), vera.client.post(address, data=WORDS)):
        assert answer.status_code == 409
        assert "You have handed in “Client feedback” already" in answer.text


def test_a_link_opens_one_form_and_begins_no_session(clients: Review, mail_server: MailServer) -> None:
    task, address = ask_vera(clients, mail_server)
    vera = Browser(clients.app.test_client())
    answer = vera.open(address)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert 'name="robots" content="noindex"' in answer.text
    # It knows of the case whom it is about and what for.
    assert all(fact in answer.text for fact in ("Ann", "Annual review 2026"))
    assert "Ben" not in answer.text
    for elsewhere in (f"/tasks/{task.id}", "/inbox", "/"):
        assert "/sign-in" in vera.client.get(elsewhere).headers["Location"]
    # Looking changes nothing, and a damaged link is none.
    assert clients.again(task).revision == task.revision
    for token in (f"{address}x", f"/outside/{sign(KEY, DECISION, 1)}", f"/outside/{sign('another key' * 4, FORM, 1)}"):
        assert vera.open(token).status_code == 404
    # Whoever is signed in here is somebody else.
    assert clients.browser("ann").open(address).status_code == 403


def test_the_manager_sees_whom_it_waits_for_and_has_the_link_sent_again(
    clients: Review, mail_server: MailServer
) -> None:
    task, _ = ask_vera(clients, mail_server)
    ben = clients.browser("ben")
    assert "with Vera Klein (outside person)" in ben.open("/inbox?view=delegated").text
    assert "Vera Klein (outside person) was asked by mail." in ben.open(f"/tasks/{task.id}").text
    assert "is on its way" in ben.send(f"/tasks/{task.id}/link").text
    clients.travel(days=2)
    assert len(mail_server.to("vera")) == 2
    ann = clients.browser("ann")
    ann.open("/inbox")
    assert ann.send(f"/tasks/{task.id}/link").status_code == 404


def test_hr_writes_to_another_address_or_hands_the_task_to_a_colleague(
    clients: Review, mail_server: MailServer
) -> None:
    task, old = ask_vera(clients, mail_server)
    cycle_id = clients.case("ann").cycle_id
    page, hugo = f"/cycles/{cycle_id}/tasks/{task.id}", clients.browser("hugo")
    assert "Vera Klein (outside person)" in hugo.open(f"{page}/holder").text
    given = {"email": "mara@company.example", "name": "Vera"}
    assert "Say why" in hugo.send(f"{page}/address", **given).text
    refused = hugo.send(f"{page}/address", **given, reason="She has moved.")
    assert refused.status_code == 422
    assert "address of Mara, who works here" in refused.text
    hugo.send(f"{page}/address", email="klein@client.example", name="Vera Klein", reason="She has moved.")
    clients.travel(days=2)
    nobody = Browser(clients.app.test_client())
    assert "is with somebody else by now" in nobody.open(old).text
    new = link_for(mail_server, "klein")
    assert nobody.open(new).status_code == 200
    hugo.open(f"{page}/holder")
    hugo.send(f"{page}/holder", to="carl", reason="Nobody answers there.")
    assert clients.again(task).assignee == "carl"
    assert nobody.open(new).status_code == 409


def test_links_are_tried_a_few_times_a_minute(clients: Review, mail_server: MailServer) -> None:
    _, address = ask_vera(clients, mail_server)
    nobody = clients.app.test_client()
    assert {nobody.get(f"{address}x").status_code for _ in range(121)} == {404, 429}


def test_the_form_is_filled_in_on_a_phone(
    clients: Review, mail_server: MailServer, page: Page, serve: Serve, settings: Settings
) -> None:
    site = serve(clients.app)
    use_post(clients.factory, SmtpPost(mail_settings(mail_server, settings, secret_key=KEY, base_address=site)))
    nominate(clients)
    clients.travel(days=1)
    complaints = watch(page)
    message = mail_server.to("vera")[-1]
    page.set_viewport_size({"width": 360, "height": 800})
    page.set_content(words(message, "html"))
    assert find_barriers(page) == []
    page.get_by_role("link", name="Open the form").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Client feedback")
    assert find_barriers(page) == []
    page.get_by_label("What worked well?").fill(LONG)
    expect(page.locator("[data-save-status]")).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_label("What worked well?")).to_have_value(LONG)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert find_barriers(page) == []
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert find_barriers(page) == []
    assert complaints == []
