"""Forms and answers by chance: what HR could build, and what people could have typed so far."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

WORDS = ["", "no", "a good year", "ten letters", " blanks around ", "Zürich, 北京", "x" * 41, "two\nlines"]
NUMBERS = [None, 0, 1, -1, 2, 2.5, 99.99, 100, 1000, "3", "0.10"]
PATTERNS = ["^[A-Z]{2}[0-9]+$", "[0-9]", "^(yes|no)$"]
OPTIONS = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}, {"value": "c", "label": "C"}]
DAYS = [None, "2026-12-31", "2027-02-28"]
DEEPEST = 2
"""How many conditions may hang on each other: see `test_known_differences`."""


@dataclass
class Drawn:
    """One field that was made: where its answer lies for conditions, of what kind, on how many conditions it hangs."""

    path: str
    kind: str
    depth: int


@dataclass
class Maker:
    """Makes one form with the answers to it. The same chance makes the same."""

    chance: Random
    fields: list[Drawn] = field(default_factory=list)
    number: int = 0
    around: int = 0
    """On how many conditions the group hangs whose questions are being made."""

    def form(self) -> dict[str, Any]:
        """A form-js schema of up to nine parts."""
        count = self.chance.randint(1, 7)
        return {"type": "default", "schemaVersion": 19, "components": [self.part() for _ in range(count)]}

    def part(self, inside: str = "") -> dict[str, Any]:
        """A question, a text, or at the top a group or a list."""
        kinds = ["textfield", "textarea", "number", "checkbox", "radio", "select", "checklist", "rating", "datetime"]
        kind = self.chance.choice(kinds if inside else [*kinds, "text", "group", "placed", "dynamiclist"])
        self.number += 1
        made: dict[str, Any] = {"id": f"Field_{self.number}", "type": kind, "label": f"Question {self.number}"}
        depth = max(self.condition(made), self.around)
        if kind in ("group", "placed", "dynamiclist"):
            return self.container(made, kind, depth)
        if kind == "text":
            return made | {"text": "Read this."}
        made["key"] = f"k{self.number}"
        self.rules(made)
        # Answers in rows are for conditions of their own row alone, which know them by their own names.
        if inside != "[]":
            known = "exact" if made.get("serializeToString") else kind
            self.fields.append(Drawn(f"{inside.strip()}{made['key']}", known, depth))
        return made

    def container(self, made: dict[str, Any], kind: str, depth: int) -> dict[str, Any]:
        """Some questions in a group, in a group with a place of its own, or in rows."""
        made["type"] = "group" if kind == "placed" else kind
        prefix = {"group": "", "placed": f"g{self.number}.", "dynamiclist": "[]"}[kind]
        if kind == "placed":
            made["path"] = f"g{self.number}"
        if kind == "dynamiclist":
            made |= {"path": f"l{self.number}", "isRepeating": True, "allowAddRemove": True}
        self.around = depth
        parts = [self.part(prefix or " ") for _ in range(self.chance.randint(1, 3))]
        self.around = 0
        if kind == "dynamiclist":
            # A row that nobody wrote in is none: this one is always written in.
            parts.append({"id": f"{made['id']}_row", "type": "textfield", "key": "name", "label": "Name"})
        return made | {"components": parts}

    def condition(self, made: dict[str, Any]) -> int:
        """Perhaps hide it, depending on what was asked before; tells on how many conditions it hangs then."""
        usable = [one for one in self.fields if one.depth < DEEPEST]
        if not usable or self.chance.random() < 0.5:
            return 0
        asked = self.chance.sample(usable, min(len(usable), self.chance.choice([1, 1, 2])))
        tests = [self.test(one) for one in asked]
        text = f" {self.chance.choice(['and', 'or'])} ".join(tests)
        # What nobody can tell yet is a known difference, unless it is asked whether it is true.
        told = all(" = " in test or " != " in test for test in tests)
        text = self.chance.choice([text, f"not({text})", f"({text}) != true"] if told else [f"({text}) != true"])
        made["conditional"] = {"hide": f"={text}"}
        return 1 + max(one.depth for one in asked)

    def test(self, asked: Drawn) -> str:
        """One comparison in FEEL."""
        operator = self.chance.choice(["=", "!="])
        name = asked.path
        if self.chance.random() < 0.2:
            return f"{name} {operator} null"
        match asked.kind:
            case "number" | "rating":
                compared = self.chance.choice(["=", "!=", "<", "<=", ">", ">="])
                numbers = [f"{name} {compared} 2", f"({name} in [1..3])", f"{name} + 1 > 3"]
                return self.chance.choice([*numbers, f"({name} != null and {name} + 1 {compared} 3)"])
            case "checkbox":
                return f"{name} {operator} {self.chance.choice(['true', 'false'])}"
            case "radio" | "select":
                return f'{name} {operator} "{self.chance.choice("abc")}"'
            case "checklist":
                return self.chance.choice([f'list contains({name}, "a")', f"count({name}) > 1"])
            case "textfield" | "textarea":
                return f'{name} {operator} "{self.chance.choice(["no", "a good year"])}"'
        return f"{name} {operator} null"

    def rules(self, made: dict[str, Any]) -> None:
        """Perhaps a rule or two, and what its kind needs."""
        validate: dict[str, Any] = {"required": True} if self.chance.random() < 0.4 else {}
        match made["type"]:
            case "textfield" | "textarea":
                rule = self.chance.choice([{}, {"minLength": 5}, {"maxLength": 12}, {"minLength": 3, "maxLength": 40}])
                validate |= rule
                if not rule and made["type"] == "textfield" and self.chance.random() < 0.5:
                    validate["pattern"] = self.chance.choice(PATTERNS)
            case "number":
                validate |= self.chance.choice([{}, {"min": 0}, {"max": 99.5}, {"min": 1, "max": 100}])
                made |= self.chance.choice([{}, {}, {"decimalDigits": 0}, {"decimalDigits": 1}, {"increment": "0.5"}])
                made |= self.chance.choice([{}, {"serializeToString": True}])
            case "radio" | "select" | "checklist":
                made["values"] = OPTIONS
            case "rating":
                made["points"] = 5
            case "datetime":
                made["subtype"] = "date"
        if validate:
            made["validate"] = validate

    def answers(self, parts: list[dict[str, Any]]) -> dict[str, Any]:
        """What somebody has answered so far, in the shape form-js holds it."""
        data: dict[str, Any] = {}
        for part in parts:
            if part["type"] == "group":
                inner = self.answers(part["components"])
                data |= {part["path"]: inner} if "path" in part else inner
            elif part["type"] == "dynamiclist":
                rows = [self.answers(part["components"]) for _ in range(self.chance.randint(0, 3))]
                data[part["path"]] = [row | {"name": "a row"} for row in rows]
            elif "key" in part:
                data[part["key"]] = self.answer(part["type"])
        return data

    def answer(self, kind: str) -> Any:
        """One answer of a kind, or none."""
        match kind:
            case "textfield" | "textarea":
                return self.chance.choice(WORDS)
            case "number":
                return self.chance.choice(NUMBERS)
            case "checkbox":
                return self.chance.choice([True, False])
            case "radio" | "select":
                return self.chance.choice([None, "a", "b", "c"])
            case "checklist":
                return self.chance.choice([[], ["a"], ["a", "c"], ["a", "b", "c"]])
            case "rating":
                return self.chance.choice([None, 1, 2, 3, 5])
        return self.chance.choice(DAYS)
