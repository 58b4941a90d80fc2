"""Hands on the form builder: what HR does with mouse and keyboard."""

from dataclasses import dataclass

from playwright.sync_api import FrameLocator, Locator, Page, expect

SAVED = "All changes are saved."


@dataclass
class Building:
    """The form builder in a browser."""

    page: Page

    def open(self, address: str) -> "Building":
        """Go there, and wait until it can be built."""
        self.page.goto(address)
        return self.wait()

    def wait(self) -> "Building":
        """Wait until it can be built."""
        self.page.locator("[data-designer][data-ready] .rf-form-canvas").wait_for()
        return self

    @property
    def panel(self) -> Locator:
        """The panel of the chosen question."""
        return self.page.locator("[data-panel]")

    @property
    def status(self) -> Locator:
        """What the page says of saving."""
        return self.page.locator("[data-status]")

    @property
    def preview(self) -> FrameLocator:
        """The page in the preview."""
        return self.page.frame_locator("[data-preview-frame]")

    def add(self, kind: str, question: str = "") -> None:
        """Click a kind of question, and write what it asks."""
        self.page.locator("[data-palette]").get_by_role("button", name=kind, exact=True).click()
        expect(self.panel.locator("h2")).to_have_text(kind)
        if question:
            self.panel.get_by_label("Question", exact=True).fill(question)

    def drag(self, kind: str) -> None:
        """Drag a kind of question to the end of the form, which chooses it."""
        button = self.page.locator("[data-palette]").get_by_role("button", name=kind, exact=True)
        last = self.page.locator("[data-canvas] .fjs-form .fjs-layout-row").last.bounding_box()
        assert last is not None
        button.hover()
        self.page.mouse.down()
        self.page.mouse.move(last["x"] + 200, last["y"] + last["height"] - 40, steps=8)
        self.page.mouse.move(last["x"] + 200, last["y"] + last["height"] + 4, steps=8)
        self.page.mouse.up()
        expect(self.panel.locator("h2")).to_have_text(kind)

    def unfold(self, group: str) -> None:
        """Open a group of the panel."""
        details = self.panel.locator("details", has=self.page.locator("summary", has_text=group))
        if details.get_attribute("open") is None:
            details.locator("summary").click()

    def choose(self, component: str) -> None:
        """Choose a question of the canvas by its id."""
        self.page.locator(f"[data-canvas] [data-id={component}]").click(position={"x": 6, "y": 6})

    def rename(self, name: str, address: str) -> None:
        """Call the file of the form something else, and wait until it is built at its new address."""
        self.panel.get_by_label("Name of the file").fill(name)
        self.panel.get_by_role("button", name="Rename the file").click()
        expect(self.page).to_have_url(address)
        self.wait()

    def save(self) -> None:
        """Press Ctrl and S, and wait until the server has it."""
        self.page.keyboard.press("Control+s")
        expect(self.status).to_have_text(SAVED)
