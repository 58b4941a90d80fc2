"""Reading types: `number`, `list<date>`, `context<a: string>`, `function<number> -> number`."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel.limits import Limits
from engine.feel.names import Names
from engine.feel.token_reader import TokenReader
from engine.feel.types import ANY, CONTEXT, FUNCTION, LIST, RANGE, SIMPLE_TYPES, FeelType

_TYPE_NAMES = Names(SIMPLE_TYPES)
TypeResolver = Callable[[str], FeelType | None]


def _no_types(name: str) -> FeelType | None:
    return None


class TypeReader(TokenReader):
    """`resolve` finds the types that a decision model or data dictionary defines by name."""

    def __init__(
        self, text: str, names: Names, *, resolve: TypeResolver | None = None, limits: Limits | None = None
    ) -> None:
        super().__init__(text, names, limits)
        self.resolve = resolve or _no_types
        self.level = 0

    def type(self) -> FeelType:
        if self.token.kind != "word":
            self.fail(f"The name of a type is missing; here stands {self.shown()}.")
        found = _TYPE_NAMES.match(self.tokens, self.at)
        if found is not None:
            self.at += found[1]
            return SIMPLE_TYPES[found[0]]
        word = self.token.text
        reader = {"list": self._list, "range": self._range, "context": self._context, "function": self._function}
        if word in reader:
            self.take()
            return self._nested(reader[word])
        if word in SIMPLE_TYPES:
            self.take()
            return SIMPLE_TYPES[word]
        return self._named()

    def _nested(self, read: Callable[[], FeelType]) -> FeelType:
        self.level += 1
        if self.level > self.limits.nesting:
            self.fail("This type is nested too deeply.")
        result = read()
        self.level -= 1
        return result

    def _named(self) -> FeelType:
        name = self.take_name()
        while self.token.is_mark(".") and self.after().kind == "word":
            self.take()
            name += "." + self.take_name()
        return self.resolve(name) or FeelType(name)

    def _list(self) -> FeelType:
        return FeelType("list", element=self._element()) if self.accept("<") else LIST

    def _range(self) -> FeelType:
        return FeelType("range", element=self._element()) if self.accept("<") else RANGE

    def _element(self) -> FeelType:
        element = self.type()
        self.expect(">", "after the type")
        return element

    def _context(self) -> FeelType:
        if not self.accept("<"):
            return CONTEXT
        fields: list[tuple[str, FeelType]] = []
        while not self.token.is_mark(">"):
            name = self.new_name(":")
            if name is None:
                self.fail("'name: type' is missing.")
            self.expect(":", "after the name")
            fields.append((name, self.type()))
            if not self.accept(","):
                break
        self.expect(">", "after the fields")
        return FeelType("context", fields=tuple(fields))

    def _function(self) -> FeelType:
        if not self.accept("<"):
            return FUNCTION
        parameters: list[FeelType] = []
        while not self.token.is_mark(">"):
            parameters.append(self.type())
            if not self.accept(","):
                break
        self.expect(">", "after the parameter types")
        result = self.type() if self.accept("->") else ANY
        return FeelType("function", parameters=tuple(parameters), result=result)


def read_type(text: str, resolve: TypeResolver | None = None) -> FeelType:
    """The type that a text names. Raises FeelSyntaxError where it is not the whole of a type."""
    reader = TypeReader(text, Names(), resolve=resolve)
    result = reader.type()
    if reader.token.kind != "end":
        reader.fail(f"{reader.shown()} does not belong to a type.")
    return result
