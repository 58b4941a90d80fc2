"""HR makes a decision table by clicks, keeps test rows, corrects the one that fails, and publishes."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from engine import clock
from engine.database import SessionFactory, transaction
from tests.services.accessibility import PHONE, find_problems
from tests.webapp.designer.drawing import Drawing
from tests.webapp.designer.test_drawing_in_a_browser import DESK
from tests.webapp.on_screen import Serve, sign_in, watch
from workflows.designs import changing, starting
from workflows.designs.reading import files_of


@dataclass
class Deciding:
    """Hands on the table editor."""

    page: Page

    def wait(self) -> "Deciding":
        """Wait until it can be edited."""
        self.page.locator("[data-designer][data-ready] .dmn-decision-table-container").wait_for()
        return self

    @property
    def panel(self) -> Locator:
        """What the table asks and answers."""
        return self.page.locator("[data-panel]")

    @property
    def trials(self) -> Locator:
        """The grid of values and answers."""
        return self.page.locator("[data-trials]")

    @property
    def decisions(self) -> Locator:
        """The decisions of the file."""
        return self.page.get_by_role("navigation", name="Decisions of this file")

    def turn_to(self, decision: str) -> None:
        """Open another decision of the file."""
        self.decisions.get_by_role("button", name=decision, exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(decision)

    def cell(self, row: int, column: int) -> Locator:
        """A cell of the table, from 0."""
        return self.page.locator(f"[data-coords='{row}:{column}']")

    def compare(self, row: int, column: int, how: str, value: str) -> None:
        """Fill a cell with numbers by choosing: at least, at most, and a value."""
        self.cell(row, column).click()
        self.page.locator(".simple-mode-button").click()
        menu = self.page.locator(".context-menu-container")
        menu.locator(".dms-input-select").nth(1).click()
        self.page.locator(".option").get_by_text(how, exact=True).click()
        menu.locator(".comparison-number-input").fill(value)
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Escape")

    def write(self, row: int, column: int, text: str) -> None:
        """Write into a cell."""
        self.cell(row, column).click()
        self.page.keyboard.type(text)

    def save(self) -> None:
        """Press Ctrl and S, and wait until the server has it."""
        self.page.keyboard.press("Control+s")
        expect(self.page.locator("[data-status]")).to_have_text("All changes are saved.")


def test_a_table_is_made_tested_and_published_by_clicks(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    complaints = watch(page)
    page.set_viewport_size(DESK)
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
    site = serve(app)
    sign_in(page, site, "hugo")
    # Given a step that decides by a table which is not there yet
    drawing = Drawing(page).open(f"{site}/designer/1/diagram")
    page.locator("[data-element-id=who_must_approve]").first.click()
    expect(drawing.panel.get_by_role("link", name="Open the table")).to_be_visible()
    drawing.panel.get_by_label("Which table answers?").select_option("")
    drawing.panel.get_by_role("button", name="Make a table for this step").click()
    drawing.panel.get_by_role("link", name="Open the table").click()
    table = Deciding(page).wait()
    make(table)
    assert page.locator(".bjs-powered-by").is_visible()
    assert find_problems(page) == []
    try_and_keep(table)
    assert find_problems(page) == []
    correct(table)
    # Then the process can be published with the table and its test rows
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert find_problems(page) == []
    page.goto(f"{site}/designer/1/publication")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 of")).to_be_visible()
    with factory() as session:
        written = files_of(session, 1)["decisions/who-must-approve.dmn"].decode()
    assert '<rf:expected name="executive">true</rf:expected>' in written
    assert complaints == [], "the content policy or a script objects"


def make(table: Deciding) -> None:
    """A table of one question and two answers, as the process needs them."""
    panel = table.panel
    panel.get_by_label("Add a question about").select_option("amount_percent")
    panel.get_by_label("Answer 1: name in expressions").fill("compensation")
    panel.get_by_label("Answer 1: type").select_option(label="Yes or no")
    panel.get_by_role("button", name="Add an answer").click()
    panel.get_by_label("Answer 2: name in expressions").fill("executive")
    panel.get_by_label("Answer 2: type").select_option(label="Yes or no")
    for row in range(2):
        table.page.locator(".add-rule").first.click()
        table.cell(row, 0).wait_for()
    table.compare(0, 0, "less than", "5")
    table.compare(1, 0, "more than", "5")
    for row, answers in enumerate((("false", "false"), ("true", "false"))):
        for column, answer in enumerate(answers, 1):
            table.write(row, column, answer)
    table.save()
    # What nobody thought of is said, with what it is.
    checks = table.page.locator(".rf-checks")
    expect(checks).to_contain_text("1 to look at")
    checks.locator("summary").click()
    expect(checks).to_contain_text("No row applies when Share of the salary in percent is 5.")
    checks.locator("summary").click()


def try_and_keep(table: Deciding) -> None:
    """Values are tried and kept; one test row says what should be, and is not."""
    trials = table.trials
    trials.get_by_label("Try: Share of the salary in percent").fill("3")
    trials.get_by_role("button", name="Try it").click()
    expect(table.page.locator("[data-why]")).to_contain_text("Row 1 holds and decides.")
    trials.get_by_role("button", name="Keep as a test row").click()
    trials.get_by_role("button", name="Add an empty test row").click()
    trials.get_by_label("Test row 2: what it is about").fill("A large raise")
    trials.get_by_label("Test row 2: Share of the salary in percent").fill("12")
    trials.get_by_label("Test row 2: Answer 2 should be").select_option(label="Yes")
    table.save()
    expect(trials.locator("tr[data-test-row]").nth(0)).to_contain_text("As expected (row 1)")
    expect(trials.locator("tr[data-test-row]").nth(1)).to_contain_text("Answer 2 should be yes, but is no.")
    expect(table.page.locator(".rf-checks")).to_contain_text("1 to solve")
    trials.get_by_role("button", name="Show why").nth(1).click()
    expect(table.page.locator("[data-why]")).to_contain_text("Row 2 holds and decides.")
    expect(table.cell(1, 0)).to_have_attribute("data-trace", "held")


def correct(table: Deciding) -> None:
    """The table is corrected: the test row passes, and nothing stands in the way."""
    table.cell(1, 2).click()
    table.page.keyboard.press("Control+a")
    table.page.keyboard.type("true")
    table.compare(0, 0, "at most", "5")
    table.save()
    expect(table.trials.locator("tr[data-test-row]").nth(1)).to_contain_text("As expected (row 2)")
    expect(table.page.locator(".rf-checks")).to_contain_text("nothing stands in the way of this table")


def words_of(table: Deciding, row: int) -> list[str]:
    """What the cells of a row say."""
    return [table.cell(row, column).inner_text().strip() for column in range(5)]


FOREIGN = """<!-- Asked by the works council. -->
    <other:note   xmlns:other='urn:other' kept="yes">Hugo <other:b>and</other:b> Rita</other:note>
    </extensionElements>"""


def test_what_was_not_touched_stays_byte_for_byte(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    path = "decisions/reward_approval.dmn"
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
        before = files_of(session, 1)[path].decode()
        before = before.replace("</extensionElements>", FOREIGN, 1)
        before = before.replace("<rule id=", '<rule xmlns:other="urn:other" other:colour="red" id=', 1)
        before = before.replace("<text>]3..10]</text>", "<text><![CDATA[]3..10]]]></text>", 1)
        changing.save_file(session, 1, path, before.encode(), based_on=99, by="hugo", now=clock.now())
    site = serve(app)
    page.set_viewport_size(DESK)
    sign_in(page, site, "hugo")
    page.goto(f"{site}/designer/1/tables/reward_approval")
    table = Deciding(page).wait()
    expect(page.locator(".input-variable")).to_have_text(["Text", "Number", "Text"])
    expect(page.locator(".output-variable")).to_have_text(["Yes or no", "Yes or no"])
    assert words_of(table, 1) == ["bonus", "more than 5, at most 15", "any", "yes", "no"]
    assert words_of(table, 4)[2] == "G4, G5, G6, G7 or G8"
    table.cell(0, 0).click()
    page.keyboard.press("Control+a")
    page.keyboard.type('"gift"')
    table.cell(0, 1).click()
    assert words_of(table, 0)[0] == "gift"
    table.save()
    with factory() as session:
        after = files_of(session, 1)[path].decode()
    assert after == before.replace('<text>"bonus"</text>', '<text>"gift"</text>', 1)


PAY = "decisions/pay.dmn"


def test_decisions_that_use_each_other_are_edited_in_one_file(
    page: Page, app: Flask, serve: Serve, factory: SessionFactory
) -> None:
    complaints = watch(page)
    before = Path(__file__).with_name("two_decisions.dmn").read_text(encoding="utf-8")
    with transaction(factory) as session:
        starting.start_from_shipped(session, "annual_review", "", by="hugo", now=clock.now())
        changing.save_file(session, 1, PAY, before.encode(), based_on=0, by="hugo", now=clock.now())

    def written() -> str:
        with factory() as session:
            return files_of(session, 1)[PAY].decode()

    site = serve(app)
    page.set_viewport_size(DESK)
    sign_in(page, site, "hugo")
    page.goto(f"{site}/designer/1/tables/pay")
    table = Deciding(page).wait()
    expect(table.decisions.get_by_role("button", name="Notes")).to_be_disabled()
    # When the table and the expression are changed
    change_both(table)
    assert find_problems(page) == []
    table.save()
    # Then these two are written, and every other byte is what it was.
    wanted = before.replace("<text>3</text>", "<text>4</text>").replace("Base share + 1<", "Base share + 10<")
    assert written() == wanted
    # And another table asks what the expression answers
    ask_the_expression(table)
    assert 'href="#share"' in written()
    follow_a_finding(table)
    # What is used by another stays; what nobody uses goes, and the file is what it was.
    take_away(table)
    assert written() == wanted
    assert complaints == [], "the content policy or a script objects"


def change_both(table: Deciding) -> None:
    """Another answer in the table, and a digit more in the expression."""
    table.page.locator("[data-decisions] [aria-current]", has_text="Base share").wait_for()
    table.cell(0, 1).click()
    table.page.keyboard.press("Control+a")
    table.page.keyboard.type("4")
    table.turn_to("Share")
    expect(table.panel.get_by_label("Base share")).to_be_checked()
    table.page.locator("[data-canvas] .textarea [contenteditable]").click()
    table.page.keyboard.press("Control+End")
    table.page.keyboard.type("0")


def ask_the_expression(table: Deciding) -> None:
    """A third decision: a table about what the expression answers."""
    table.decisions.get_by_role("button", name="Add a table").click()
    expect(table.page.get_by_role("heading", level=1)).to_have_text("Decision 4")
    table.panel.get_by_label("Name", exact=True).fill("Who approves")
    table.panel.get_by_label("Add a question about").select_option(label="Share")
    expect(table.panel.get_by_label("Share", exact=True)).to_be_checked()
    table.page.locator(".add-rule").first.click()
    table.write(0, 0, "> 10")
    table.write(0, 1, '"executive"')
    table.save()
    table.trials.get_by_label("Try: Overall rating").fill("5")
    table.trials.get_by_role("button", name="Try it").click()
    expect(table.trials.locator("[data-answer]")).to_have_text('"executive"')


def follow_a_finding(table: Deciding) -> None:
    """What the checks say of another decision leads there."""
    table.turn_to("Base share")
    table.write(1, 1, "+")
    table.save()
    table.turn_to("Share")
    checks = table.page.locator(".rf-checks")
    checks.locator("summary").click()
    checks.get_by_role("button", name="Base share").first.click()
    expect(table.page.get_by_role("heading", level=1)).to_have_text("Base share")
    checks.locator("summary").click()
    table.cell(1, 1).click()
    table.page.keyboard.press("Control+a")
    table.page.keyboard.type("1")


def take_away(table: Deciding) -> None:
    """The third decision goes; the one that it uses cannot."""
    table.turn_to("Share")
    table.panel.locator("summary", has_text="This decision").click()
    expect(table.panel).to_contain_text("Its answer is used by “Who approves”.")
    table.turn_to("Who approves")
    table.panel.locator("summary", has_text="This decision").click()
    table.panel.get_by_role("button", name="Take this decision away").click()
    expect(table.decisions.get_by_role("button", name="Who approves")).to_have_count(0)
    table.save()
