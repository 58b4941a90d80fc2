"""Hands on the step list: what HR does who only chooses words."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

When = tuple[str, str, str]
"""A condition: what is compared, how, and with which value."""


@dataclass
class StepList:
    """The step list in a browser."""

    page: Page

    def begin(self, site: str, name: str) -> "StepList":
        """Begin a process from empty."""
        self.page.goto(f"{site}/designer/new")
        self.page.get_by_label("Name of the process").fill(name)
        self.page.get_by_role("button", name="Begin with a list of steps").click()
        expect(self.page.get_by_text("Start with who does the first step.")).to_be_visible()
        return self

    def add(
        self,
        place: str,
        name: str,
        *,
        kind: str = "A step for a person",
        who: str = "",
        does: str = "",
        when: When | None = None,
    ) -> None:
        """Add something at a place of the list, and wait until it is there."""
        page = self.page
        page.get_by_role("link", name=place, exact=True).click()
        page.get_by_label("What", exact=True).select_option(label=kind)
        page.get_by_label("What it is called").fill(name)
        if who:
            page.get_by_label("Who does it").select_option(label=who)
        if does:
            page.get_by_label("What Reviewflow does").select_option(label=does)
        form = page.locator("[data-adds] form").first
        if when:
            self.say_when(form, when)
        form.get_by_role("button", name="Add", exact=True).click()
        expect(form).to_have_count(0)

    def say_when(self, form: Locator, when: When) -> None:
        """Choose a condition."""
        what, how, value = when
        form.get_by_label("1: what").select_option(label=what)
        form.get_by_label("1: comparison").select_option(label=how)
        form.get_by_label("1: value").fill(value)

    def add_way(self, name: str, who: str, when: When) -> None:
        """Add a way to the block that is open."""
        form = self.page.locator("form", has=self.page.get_by_role("button", name="Add the way"))
        form.get_by_label("One more way, with the step").fill(name)
        form.get_by_label("Who does it").select_option(label=who)
        self.say_when(form, when)
        form.get_by_role("button", name="Add the way").click()
        expect(self.step(name)).to_be_visible()

    def open(self, name: str) -> None:
        """Open a step, and wait until it can be changed."""
        self.step(name).click()
        expect(self.step(name)).to_have_attribute("aria-expanded", "true")

    def step(self, name: str) -> Locator:
        """The title of a step."""
        return self.page.locator(".rf-step-title").filter(has_text=name).first

    def line(self, name: str) -> Locator:
        """What is said of a step."""
        return self.page.locator(".rf-step-summary", has=self.page.locator(".rf-step-title").filter(has_text=name))

    def give_time(self, days: str, reminders: str, said: str) -> None:
        """Say until when the open step is to be done, and when it is reminded of."""
        self.page.get_by_label("Time to do it", exact=True).fill(days)
        self.page.get_by_label("Reminders, days before").fill(reminders)
        self.page.get_by_label("Reminders, days before").blur()
        expect(self.page.locator("#steps")).to_contain_text(said)

    def ask(self, question: str, answered: str = "Long text", *, choices: str = "") -> None:
        """Ask one more question at the open step."""
        page = self.page
        page.get_by_label("One more question").fill(question)
        page.get_by_label("Answered with").select_option(label=answered)
        if choices:
            page.get_by_label("Answers to choose from").fill(choices)
        page.get_by_role("button", name="Add the question").click()
        expect(page.locator(".rf-step-questions")).to_contain_text(question)

    def take_form(self, label: str, called: str = "") -> None:
        """Let the open step ask a ready form, or one of the process; it is called `called` then."""
        self.page.get_by_label("Form", exact=True).select_option(label=label)
        expect(self.page.locator(".rf-step-head.is-open .rf-step-facts")).to_contain_text(f"form “{called or label}”")

    def press(self, button: str) -> None:
        """Press a button that goes with what it does."""
        found = self.page.get_by_role("button", name=button)
        found.click()
        expect(found).to_have_count(0)
