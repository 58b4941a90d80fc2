"""What an editor changed is written into the file as it was: tried with files and changes made by chance."""

from dataclasses import dataclass, field
from random import Random
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from playwright.sync_api import Page

from hatch_build import FRONTEND

CASES = 400
SCRIPT = FRONTEND / "src" / "designer" / "patching.js"
NAMES = ("task", "flow", "label", "rf:set")
TEXTS = ("", "plain", "a & b < c", "“quoted”", "]0..5]")


@dataclass
class Part:
    """An element as an editor knows it: it has parts, or a text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    parts: list["Part"] = field(default_factory=list)

    def copy(self) -> "Part":
        return Part(self.name, dict(self.attributes), self.text, [part.copy() for part in self.parts])

    def all(self) -> list["Part"]:
        return [self, *(inner for part in self.parts for inner in part.all())]


class Chance:
    """Files and changes by the numbers of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.ids = 0

    def part(self, depth: int) -> Part:
        made = Part(self.random.choice(NAMES))
        if self.random.random() < 0.6:
            self.ids += 1
            made.attributes["id"] = f"e{self.ids}"
        for name in self.random.sample(("name", "x", "rf:actor"), self.random.randrange(3)):
            made.attributes[name] = self.random.choice(TEXTS)
        if depth and self.random.random() < 0.7:
            made.parts = [self.part(depth - 1) for _ in range(self.random.randrange(5))]
        else:
            made.text = self.random.choice(TEXTS)
        return made

    def file(self) -> Part:
        return Part("definitions", {"xmlns": "urn:x", "xmlns:rf": "urn:rf"}, parts=[self.part(3) for _ in range(5)])

    def change(self, root: Part) -> bool:
        """One thing that somebody does: write, add, take away, move. Tells whether everything else must stay."""
        found = self.random.choice(root.all()[1:] or [root])
        deed = self.random.randrange(5)
        if deed == 0:
            found.attributes["name"] = self.random.choice(TEXTS)
        elif deed == 1 and "x" in found.attributes:
            del found.attributes["x"]
        elif deed == 2 and not found.parts:
            found.text = self.random.choice(TEXTS)
        elif deed == 3 and not found.text:
            found.parts.insert(self.random.randrange(len(found.parts) + 1), self.part(1))
        elif found.parts:
            moved = found.parts.pop(self.random.randrange(len(found.parts)))
            if deed == 4:
                found.parts.insert(self.random.randrange(len(found.parts) + 1), moved)
                return True
            return False
        return deed != 2

    def untidy(self, part: Part) -> str:
        """As somebody else wrote it: other quotes and blanks, comments, and what the editor does not know."""
        written = "".join(f"{self.blank(1)}{name}={self.quoted(value)}" for name, value in part.attributes.items())
        if not part.parts and not part.text:
            return (
                f"<{part.name}{written}{self.blank()}/>"
                if self.random.random() < 0.5
                else f"<{part.name}{written}></{part.name}>"
            )
        if not part.parts:
            data = part.text and self.random.random() < 0.3 and "]]>" not in part.text
            return f"<{part.name}{written}>{f'<![CDATA[{part.text}]]>' if data else escape(part.text)}</{part.name}>"
        inside = "".join(f"{self.noise()}{self.untidy(inner)}" for inner in part.parts)
        return f"<{part.name}{written}>{inside}{self.noise()}</{part.name}>"

    def noise(self) -> str:
        unknown = ("", "", "<!-- <kept> -->", "<other>mixed <b>text</b> here</other>", "<?kept as it is?>")
        return f"{self.blank()}{self.random.choice(unknown)}{self.blank()}"

    def blank(self, least: int = 0) -> str:
        return self.random.choice(("", " ", "\n", "\n    ")[least:])

    def quoted(self, value: str) -> str:
        return f"'{escape(value)}'" if self.random.random() < 0.4 else quoteattr(value)


def tidy(part: Part, indent: str = "") -> str:
    """An element as the editor writes it."""
    written = "".join(f" {name}={quoteattr(value)}" for name, value in part.attributes.items())
    if part.parts:
        inside = "\n".join(tidy(inner, f"{indent}  ") for inner in part.parts)
        return f"{indent}<{part.name}{written}>\n{inside}\n{indent}</{part.name}>"
    text = f">{escape(part.text)}</{part.name}>" if part.text else " />"
    return f"{indent}<{part.name}{written}{text}"


def known(xml: str) -> str:
    """What the editor knows of a file, in its own words."""
    return etree.canonicalize(tidy(read(etree.fromstring(xml.encode()))), strip_text=False)


def read(element: etree._Element) -> Part:
    names = {"{urn:rf}": "rf:", "{urn:x}": ""}

    def plain(name: str) -> str:
        for long, short in names.items():
            name = name.replace(long, short)
        return name

    parts = [read(inner) for inner in element.iterchildren(etree.Element) if plain(str(inner.tag)) != "other"]
    attributes = {plain(str(name)): str(value) for name, value in element.attrib.items()}
    if element.getparent() is None:
        attributes = {"xmlns": "urn:x", "xmlns:rf": "urn:rf", **attributes}
    text = "" if parts else "".join(map(str, element.xpath("text()")))
    return Part(plain(str(element.tag)), attributes, text if text.strip() else "", parts)


def test_changes_are_written_into_the_file_and_nothing_else_is(page: Page) -> None:
    page.add_script_tag(
        type="module",
        content=f"{SCRIPT.read_text(encoding='utf-8')}\nwindow.patched = (cases) => cases.map((one) => patch(...one));",
    )
    page.wait_for_function("() => 'patched' in window")
    cases, kept = [], []
    for seed in range(CASES):
        chance = Chance(seed)
        before = chance.file()
        after = before.copy()
        changes = [chance.change(after) for _ in range(seed % 4)]
        kept.append(all(changes))
        cases.append((f'<?xml version="1.0"?>\n<!-- first -->{chance.untidy(before)}\n', tidy(before), tidy(after)))
    results = page.evaluate("cases => patched(cases)", cases)
    for (original, before, after), result, is_all_kept in zip(cases, results, kept, strict=True):
        assert known(result) == etree.canonicalize(after), (original, after)
        if is_all_kept:
            assert marks_of(result) == marks_of(original)
        if before == after:
            assert result == original
    assert sum(before == after for _, before, after in cases) > CASES // 4
    assert sum(kept) > CASES // 2


def test_what_cannot_be_patched_is_written_as_it_was_drawn(page: Page) -> None:
    written = """async ([fails, says]) => {
        const original = new Original(async (text) => {
            if (text !== '<a x="1"/>' && fails) throw new Error('no such file');
            return text === '<a x="1"/>' || !says ? text : says;
        });
        original.open('<a x="1"/>');
        return original.write('<a   x="2" />');
    }"""
    source = f"{SCRIPT.read_text(encoding='utf-8')}\nwindow.Original = Original;"
    page.add_script_tag(type="module", content=source)
    page.wait_for_function("() => 'Original' in window")
    drawn = '<a   x="2" />'
    assert page.evaluate(written, [False, ""]) == '<a x="2"/>'
    assert page.evaluate(written, [False, '<a x="3"/>']) == drawn, "it would say something else"
    assert page.evaluate(written, [True, ""]) == drawn, "nobody could read it"


def marks_of(xml: str) -> tuple[int, int, int]:
    """How much there is that the editor does not know."""
    return xml.count("<!-- <kept> -->"), xml.count("<other>"), xml.count("<?kept as it is?>")
