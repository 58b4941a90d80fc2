"""Hands on the diagram editor: what HR does with mouse and keyboard."""

from dataclasses import dataclass
from typing import cast

from playwright.sync_api import FloatRect, Locator, Page, expect


@dataclass
class Drawing:
    """The editor in a browser."""

    page: Page

    def open(self, address: str) -> "Drawing":
        """Go there, wait until it can be drawn, and look at all of it."""
        self.page.goto(address)
        self.wait()
        self.page.get_by_role("button", name="Show everything").click()
        return self

    def wait(self) -> "Drawing":
        """Wait until it can be drawn."""
        self.page.locator("[data-designer][data-ready]").wait_for()
        return self

    @property
    def status(self) -> Locator:
        """What the page says of saving."""
        return self.page.locator("[data-status]")

    @property
    def panel(self) -> Locator:
        """The panel of the selected element."""
        return self.page.locator("[data-panel]")

    @property
    def checks(self) -> Locator:
        """What the checks say: the line, and the list below it."""
        return self.page.locator(".rf-checks")

    def element(self, name: str) -> Locator:
        """What is drawn with this name."""
        return self.page.locator("g.djs-element.djs-shape:not([data-element-id$=_label])").filter(has_text=name)

    def drop(self, step: str, x: float, y: float, name: str = "") -> None:
        """Take a step of the palette, put it where x and y are, and write its name."""
        self.page.locator(f"[data-step={step}]").click()
        self.page.mouse.move(x - 20, y - 20)
        self.page.mouse.move(x, y, steps=5)
        self.page.mouse.click(x, y)
        if name:
            self.page.keyboard.type(name)
            self.page.keyboard.press("Enter")

    def drop_gateway(self, x: float, y: float, name: str) -> None:
        """Put a question onto a way; its name is written in the panel."""
        self.drop("exclusiveGateway", x, y)
        expect(self.panel.locator("h2")).to_have_text("Choose one way")
        self.call(name)

    def append(self, step: str, name: str) -> None:
        """Continue the selected element with another one, which is selected then."""
        offered = self.page.get_by_title(f"Continue with: {step}")
        expect(self.page.get_by_title("Continue with something else")).to_be_visible()
        if offered.count():
            offered.click()
        else:
            self.page.get_by_title("Continue with something else").click()
            self.page.locator(".djs-popup").get_by_text(step, exact=True).first.click()
        expect(self.panel.locator("h2")).to_have_text(step)
        if step in ("Task for a person", "Machine step"):
            # Its name is written where it stands.
            self.page.keyboard.type(name)
            self.page.keyboard.press("Enter")
            expect(self.panel.get_by_label("Name", exact=True)).to_have_value(name)
        else:
            self.call(name)

    def connect(self, to: Locator) -> None:
        """Lead a way from the selected element to another one."""
        self.page.get_by_title("Connect to other element").click()
        x, y = self.middle(to)
        self.page.mouse.move(x - 9, y - 9)
        self.page.mouse.move(x, y, steps=4)
        self.page.mouse.click(x, y)
        expect(self.panel.locator("h2")).to_have_text("Way")

    def labelled(self, name: str) -> Locator:
        """What has this name as a label beside it: a gateway or an event."""
        label = self.page.locator("g.djs-shape[data-element-id$=_label]").filter(has_text=name).last
        shape = (label.get_attribute("data-element-id") or "").removesuffix("_label")
        return self.page.locator(f"g.djs-shape[data-element-id={shape}]")

    def choose_labelled(self, name: str) -> None:
        """Select what has this name as a label."""
        self.settle()
        self.page.mouse.click(*self.middle(self.labelled(name)))
        expect(self.panel.get_by_label("Name", exact=True)).to_have_value(name)

    def call(self, name: str) -> None:
        """Name what is selected."""
        self.panel.get_by_label("Name", exact=True).fill(name)
        self.panel.get_by_label("Name", exact=True).blur()
        expect(self.page.locator("g.djs-shape").filter(has_text=name).first).to_be_visible()

    def choose(self, name: str) -> None:
        """Select what is drawn with this name, or has it as a label, and wait for its panel."""
        self.settle()
        self.page.locator("g.djs-shape").filter(has_text=name).last.click()
        expect(self.panel.get_by_label("Name", exact=True)).to_have_value(name)

    def choose_way_to(self, shape: Locator) -> None:
        """Select the line that comes to something from the left."""
        self.settle()
        box = self.box(shape)
        self.page.mouse.click(box["x"] - 30, box["y"] + box["height"] / 2)
        expect(self.panel.locator("h2")).to_have_text("Way")

    def middle(self, of: Locator) -> tuple[float, float]:
        """Where the middle of something is."""
        box = self.box(of)
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def box(self, of: Locator) -> FloatRect:
        """Where something is."""
        return cast("FloatRect", of.bounding_box())

    def sees(self, element: str) -> bool:
        """Whether an element is in sight as a whole."""
        canvas, box = (self.box(self.page.locator(one)) for one in ("[data-canvas]", self._shape(element)))
        return all(
            canvas[at] <= box[at] and box[at] + box[size] <= canvas[at] + canvas[size]  # type: ignore[literal-required]
            for at, size in (("x", "width"), ("y", "height"))
        )

    def height_of(self, element: str) -> float:
        """How high an element is drawn, in pixels of the screen."""
        return self.box(self.page.locator(self._shape(element)))["height"]

    def _shape(self, element: str) -> str:
        return f"[data-element-id={element}] > .djs-visual"

    def settle(self) -> None:
        """Wait until the editor has saved by itself what was done before."""
        expect(self.status).to_have_text("All changes are saved.")

    def save(self) -> None:
        """Press Ctrl and S, and wait until the server has it."""
        self.page.keyboard.press("Control+s")
        expect(self.status).to_have_text("All changes are saved.")
