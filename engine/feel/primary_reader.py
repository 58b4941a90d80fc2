"""Reading what stands between operators: values, names, lists, ranges, contexts, loops, functions."""

from __future__ import annotations

import decimal
from abc import abstractmethod
from collections.abc import Callable
from collections.abc import Iterator as Iterating
from contextlib import contextmanager

from engine.feel import nodes
from engine.feel.errors import FeelLimitError
from engine.feel.nodes import Node
from engine.feel.numbers import NUMBERS
from engine.feel.type_reader import TypeReader

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_RESERVED = frozenset({"then", "else", "in", "return", "satisfies", "and", "or", "between"})
_CONSTANTS = {"true": True, "false": False, "null": None}


class PrimaryReader(TypeReader):
    @abstractmethod
    def expression(self) -> Node: ...

    @abstractmethod
    def range_end(self) -> Node:
        """An end of a range: no comparison, so that the closing bracket is found."""

    @contextmanager
    def deeper(self) -> Iterating[None]:
        self.level += 1
        if self.level > self.limits.nesting:
            raise FeelLimitError(
                "This expression is nested too deeply.",
                position=self.token.start,
                text=self.text,
                hint="Split it into several smaller rules.",
            )
        yield
        self.level -= 1

    def primary(self) -> Node:
        token = self.token
        if token.kind == "word":
            return self._word()
        if token.kind == "number":
            self.take()
            return nodes.Constant(token.start, self._number(token.text, token.start))
        if token.kind == "string":
            self.take()
            return nodes.Constant(token.start, token.text)
        reader = self._bracketed().get(token.text) if token.kind == "mark" else None
        if reader is None:
            return self._misplaced()
        return reader()

    def _bracketed(self) -> dict[str, Callable[[], Node]]:
        return {
            "(": self._group_or_range,
            "[": self._list_or_range,
            "]": self._outward_range,
            "{": self._context_value,
            "@": self._temporal,
        }

    def _misplaced(self) -> Node:
        token = self.token
        if token.kind == "end":
            self.fail("The expression stops too early: a value is missing at the end.")
        hint = {
            "'": 'Put text between double quotation marks: "...".',
            "!": "Write not(...) or !=.",
        }.get(token.text, "")
        if token.is_mark(*COMPARISONS):
            hint = f"Write what is compared before it, for example rating {token.text} 3."
        self.fail(f"A value is missing before {self.shown()}.", hint=hint)

    def _number(self, text: str, position: int) -> decimal.Decimal:
        try:
            return NUMBERS.create_decimal(text)
        except decimal.DecimalException:
            self.fail("This number is too large.", position=position)

    # -- words

    def _word(self) -> Node:
        token = self.token
        if token.text in _CONSTANTS:
            self.take()
            return nodes.Constant(token.start, _CONSTANTS[token.text])
        found = self.known_name()
        if found is not None:
            self.at += found[1]
            return nodes.Name(token.start, found[0])
        reader = {
            "if": self._if,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
            "function": self._function_value,
        }.get(token.text)
        if reader is not None:
            return reader()
        if token.text in _RESERVED:
            self.fail(f"A value is missing before '{token.text}'.")
        self.take()
        return nodes.Name(token.start, token.text)

    def _if(self) -> Node:
        position = self.take().start
        condition = self.expression()
        self.expect_word("then", "after the condition of 'if'")
        then = self.expression()
        self.expect_word("else", "after 'then' (every 'if' needs one)")
        return nodes.If(position, condition, then, self.expression())

    def _iterators(self) -> tuple[nodes.Iterator, ...]:
        found: list[nodes.Iterator] = []
        while True:
            name = self.new_name("in")
            if name is None:
                self.fail("'name in list' is missing.")
            self.learn(name)
            self.expect_word("in", "after the name")
            source = self.expression()
            until = self.expression() if self.accept("..") else None
            found.append(nodes.Iterator(name, source, until))
            if not self.accept(","):
                return tuple(found)

    def _for(self) -> Node:
        position = self.take().start
        iterators = self._iterators()
        self.expect_word("return", "in 'for ... in ... return ...'")
        return nodes.For(position, iterators, self.expression())

    def _quantified(self) -> Node:
        token = self.take()
        iterators = self._iterators()
        self.expect_word("satisfies", f"in '{token.text} ... in ... satisfies ...'")
        return nodes.Quantified(token.start, token.text, iterators, self.expression())

    def _function_value(self) -> Node:
        position = self.take().start
        self.expect("(", "after 'function'")
        names, types = [], []
        while not self.token.is_mark(")"):
            name = self.new_name(":", ",", ")")
            if name is None:
                self.fail("The name of a parameter is missing.")
            self.learn(name)
            names.append(name)
            types.append(self.type() if self.accept(":") else None)
            if not self.accept(","):
                break
        self.expect(")", "after the parameters")
        result = self.type() if self.accept(":") else None
        if self.accept_word("external"):
            self.expression()
            return nodes.External(position)
        return nodes.FunctionNode(position, tuple(names), tuple(types), result, self.expression())

    # -- brackets

    def _group_or_range(self) -> Node:
        position = self.take().start
        if self.token.is_mark(*COMPARISONS):
            operator = self.take().text
            end = self.range_end()
            self.expect(")", "to close the bracket")
            return nodes.OpenRange(position, operator, end)
        first = self.expression()
        if self.token.is_mark(".."):
            return self.finish_range(position, first, includes_start=False)
        self.expect(")", "to close the bracket")
        return nodes.Group(position, first)

    def _list_or_range(self) -> Node:
        position = self.take().start
        items: list[Node] = []
        if not self.token.is_mark("]"):
            items.append(self.expression())
            if self.token.is_mark(".."):
                return self.finish_range(position, items[0], includes_start=True)
            while self.accept(","):
                items.append(self.expression())
        self.expect("]", "to close the list")
        return nodes.ListNode(position, tuple(items))

    def _outward_range(self) -> Node:
        position = self.take().start
        first = self.expression()
        if not self.token.is_mark(".."):
            self.fail("This ']' closes nothing.", position=position, hint="A range is written [1..5].")
        return self.finish_range(position, first, includes_start=False)

    def finish_range(self, position: int, start: Node, *, includes_start: bool) -> Node:
        """The rest of a range, from its two dots on."""
        self.expect("..", "in the range")
        end = self.range_end()
        if not self.token.is_mark("]", ")", "["):
            self.fail(f"']' or ')' is missing at the end of the range; here stands {self.shown()}.")
        return nodes.RangeNode(position, start, end, includes_start, self.take().text == "]")

    def _temporal(self) -> Node:
        position = self.take().start
        if self.token.kind != "string":
            self.fail("A text is missing after '@'.", hint='Write for example @"2026-03-31".')
        return nodes.Temporal(position, self.take().text)

    def _context_value(self) -> Node:
        position = self.take().start
        entries: list[tuple[str, Node]] = []
        while not self.token.is_mark("}"):
            key = self.take().text if self.token.kind == "string" else self.new_name(":")
            if key is None:
                self.fail("'name: value' is missing.")
            self.learn(key)
            self.expect(":", f"after '{key}'")
            entries.append((key, self.expression()))
            if not self.accept(","):
                break
        self.expect("}", "to close the context")
        return nodes.ContextNode(position, tuple(entries))
