"""A client who cannot answer, or is not needed any more; and who asks another one instead."""

from email.message import EmailMessage

from playwright.sync_api import Page, expect

from engine import instances
from engine.database import transaction
from tests.services.accessibility import find_barriers
from tests.services.smtp import MailServer
from tests.webapp.browsing import Browser
from tests.webapp.mail.conftest import KEY, mail_settings, words
from tests.webapp.on_screen import Serve, watch
from tests.webapp.outside.conftest import ask_vera, link_for
from tests.webapp.reviewing import Review, send
from tests.workflows.outside.feedback import VERA, WORDS, nominate
from tests.workflows.small_cycle import LONG
from webapp.mail.smtp import SmtpPost
from webapp.settings import Settings
from workflows.notifications.post import use_post
from workflows.outside.links import LONGEST_REASON

WHY = "I have never <b>worked</b> with her."


def test_a_client_says_that_they_cannot_answer(clients: Review, mail_server: MailServer) -> None:
    task, address = ask_vera(clients, mail_server)
    vera = Browser(clients.app.test_client())
    vera.open(address)
    # A reason that is too long is given back, and nothing is lost.
    refused = vera.client.post(f"{address}/declination", data={"reason": "x" * (LONGEST_REASON + 1)})
    assert refused.status_code == 422
    assert "in at most 500 characters" in refused.text
    assert "x" * LONGEST_REASON in refused.text
    # Programs that look at links decline nothing.
    assert clients.app.test_client().get(f"{address}/declination").status_code == 405
    answer = vera.client.post(f"{address}/declination", data={"reason": WHY})
    assert answer.status_code == 200
    assert "Thank you for telling us" in answer.text
    assert "Set-Cookie" not in answer.headers
    # The link says so later, whatever is tried with it.
    for again in (
        vera.open(address),
        vera.client.post(address, data=WORDS),
        vera.client.post(f"{address}/declination", data={"reason": ""}),
    ):
        assert again.status_code == 409
        assert "You have told us that you cannot answer “Client feedback”" in again.text
    assert vera.client.put(f"{address}/draft", data=WORDS).status_code == 409
    # Ben has it, with the reason, which is words to him and nothing else.
    clients.work()
    ben = clients.browser("ben")
    page = ben.open(f"/tasks/{task.id}").text
    assert "Vera Klein (outside person) gave this back" in page
    assert "I have never &lt;b&gt;worked&lt;/b&gt; with her." in page
    # And asks another client.
    assert "Ask somebody outside" in page
    ben.open(f"/tasks/{task.id}/outside")
    sent = ben.send(f"/tasks/{task.id}/outside", email="otto@client.example", name="Otto", reason="Knows her.")
    assert "goes to Otto (outside person) by mail" in sent.text
    clients.travel(days=2)
    assert vera.open(link_for(mail_server, "otto")).status_code == 200
    assert len(mail_server.to("vera")) == 1


def test_whoever_signs_in_here_declines_for_nobody(clients: Review, mail_server: MailServer) -> None:
    task, address = ask_vera(clients, mail_server)
    assert clients.browser("ben").client.post(f"{address}/declination").status_code in (400, 403)
    assert Browser(clients.app.test_client()).client.post(f"{address}x/declination").status_code == 404
    assert clients.again(task).assignee == task.assignee


def test_what_was_written_for_a_task_that_is_gone_is_given_back(clients: Review, mail_server: MailServer) -> None:
    task, address = ask_vera(clients, mail_server)
    ben = clients.browser("ben")
    assert "what they have written so far stays unread" in ben.open(f"/tasks/{task.id}").text
    assert "is back with you" in ben.send(f"/tasks/{task.id}/delegation/end").text
    late = Browser(clients.app.test_client()).client.post(address, data=WORDS)
    assert late.status_code == 409
    assert "is with somebody else by now" in late.text
    assert "What you wrote" in late.text
    assert LONG in late.text
    clients.work().travel(days=2)
    message = mail_server.to("vera")[-1]
    assert str(message["Subject"]) == "Your feedback is not needed any more"
    for kind in ("plain", "html"):
        assert "is not needed any more" in words(message, kind)
        assert "/outside/" not in words(message, kind)
        assert "/notifications/" not in words(message, kind)


def test_the_hr_partner_asks_the_client_whom_nobody_could_name(clients: Review, mail_server: MailServer) -> None:
    # Nobody was named, so that Hugo has the task.
    task = nominate(clients, client_email="", client_name="")
    assert task.assignee == "hugo"
    hugo, address = clients.browser("hugo"), f"/tasks/{task.id}/outside"
    hugo.open(f"/tasks/{task.id}")
    assert address in hugo.page.text
    hugo.open(address)
    right = {"email": VERA["client_email"], "name": VERA["client_name"], "reason": "Ann told me."}
    for wrong, words_ in (
        ({"reason": ""}, "Say why"),
        ({"email": ""}, "Give their e-mail address, too"),
        ({"email": "vera@client\r\nBcc: all@client.example"}, "no e-mail address"),
        ({"email": "vera\x07@client.example"}, "no e-mail address"),
        ({"email": "mara@company.example"}, "address of Mara, who works here"),
        ({"name": ""}, "Give their name, too"),
        ({"name": "<script>"}, "Write their name alone"),
    ):
        refused = hugo.send(address, **{**right, **wrong})
        assert refused.status_code == 422
        assert words_ in refused.text
        assert 'aria-invalid="true"' in refused.text
        assert "<script>" not in refused.text.split("<main", 1)[1].split("</main>", 1)[0]
        kept = {name: value for name, value in right.items() if name not in wrong}
        assert all(f'value="{value}"' in refused.text for value in kept.values())
    assert "goes to Vera Klein (outside person)" in hugo.send(address, **right).text
    clients.travel(days=2)
    assert len(mail_server.to("vera")) == 1
    assert clients.again(task).owner == "ben"
    # Whoever has nothing to do with it does not.
    for who in ("carl", "ann"):
        other = clients.browser(who)
        assert other.open(address).status_code in (403, 404)


def test_the_form_says_at_the_field_who_cannot_be_named(clients: Review) -> None:
    task, ann = clients.task("nominate", "ann"), clients.browser("ann")
    ann.open(f"/tasks/{task.id}")
    send(ann, task, client_email="olga@company.example", client_name="Vera Klein")
    assert ann.page.status_code == 422
    assert "This is the address of Olga, who works here." in ann.page.text
    assert 'value="Vera Klein"' in ann.page.text
    assert 'value="olga@company.example"' in ann.page.text


def test_declining_on_a_phone(
    clients: Review, mail_server: MailServer, page: Page, serve: Serve, settings: Settings
) -> None:
    site = serve(clients.app)
    use_post(clients.factory, SmtpPost(mail_settings(mail_server, settings, secret_key=KEY, base_address=site)))
    task = nominate(clients)
    clients.travel(days=1)
    complaints = watch(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_content(words(mail_server.to("vera")[-1], "html"))
    page.get_by_role("link", name="Open the form").click()
    page.get_by_text("I cannot answer this").first.click()
    page.get_by_label("Why, if you like to say").fill("We never met.")
    assert find_barriers(page) == []
    page.get_by_role("button", name="I cannot answer this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for telling us")
    assert find_barriers(page) == []
    assert complaints == []
    assert clients.again(task).assignee == "ben"


def test_the_mail_that_nothing_is_needed_is_read_on_a_phone(
    clients: Review, mail_server: MailServer, page: Page
) -> None:
    task, _ = ask_vera(clients, mail_server)
    with transaction(clients.factory) as session:
        instances.cancel(session, task.instance_id, by="hugo", reason="Ann leaves.", now=clients.now)
    clients.work().travel(days=2)
    message: EmailMessage = mail_server.to("vera")[-1]
    page.set_content(words(message, "html"))
    assert find_barriers(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    expect(page.get_by_role("link")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
