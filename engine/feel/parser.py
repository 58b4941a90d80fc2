"""FEEL text to tree: hand-written, by precedence, never stepping back over what it has read.

Never stepping back matters: a parser that tries one reading and then another takes exponential time on nested tries.
Where the language is ambiguous, one look at the tokens ahead decides.
"""

from __future__ import annotations

from engine.feel import nodes
from engine.feel.errors import FeelLimitError, did_you_mean
from engine.feel.limits import Limits
from engine.feel.names import Names
from engine.feel.nodes import Node
from engine.feel.primary_reader import COMPARISONS, PrimaryReader
from engine.feel.scanner import Token
from engine.feel.type_reader import TypeResolver

_LOOSEST, _COMPARISON, _SUM, _PRODUCT, _POWER = 1, 3, 4, 5, 6
_WORD_LEVELS = {"or": 1, "and": 2, "between": _COMPARISON, "in": _COMPARISON, "instance": _COMPARISON}
_MARK_LEVELS = dict.fromkeys(COMPARISONS, _COMPARISON) | {
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "**": _POWER,
}
_LONGEST_CHAIN = 200
_AFTER_OUTWARD_BRACKET = frozenset({")", "]", "}", ",", "=", "!=", "<", "<=", ">", ">=", ".", "..", ":"})
_WORDS_AFTER_VALUE = frozenset({"and", "or", "then", "else", "return", "satisfies", "in", "between", "instance"})


def _level(token: Token) -> int:
    if token.kind == "mark":
        return _MARK_LEVELS.get(token.text, 0)
    return _WORD_LEVELS.get(token.text, 0) if token.kind == "word" else 0


class Parser(PrimaryReader):
    def whole_expression(self) -> Node:
        node = self.expression()
        self._expect_end()
        return node

    def whole_tests(self) -> Node:
        """A cell of a decision table."""
        if self.token.kind == "end" or (self.token.is_mark("-") and self.after().kind == "end"):
            return nodes.AnyTest(self.token.start)
        if self.token.is_word("not") and self.after().is_mark("(") and self._closes_at_end():
            position = self.take().start
            self.take()
            tests = self.tests()
            self.expect(")", "to close not(...)")
            self._expect_end()
            return nodes.Tests(position, tests, negated=True)
        tests = self.tests()
        if self.token.is_word("and", "or"):
            hint = (
                "Write a range such as [3..5], tests with commas between them, or both sides with ?: ? > 3 and ? < 5."
            )
            self.fail(f"'{self.token.text}' cannot stand between the tests of a cell.", hint=hint)
        self._expect_end()
        return nodes.Tests(0, tests, negated=False)

    def _closes_at_end(self) -> bool:
        """Whether the bracket after this word is closed by the very last token."""
        depth = 0
        for at in range(self.at + 1, len(self.tokens)):
            token = self.tokens[at]
            depth += token.is_mark("(") - token.is_mark(")")
            if not depth:
                return self.tokens[at + 1].kind == "end"
        return False

    def tests(self) -> tuple[Node, ...]:
        found = [self._test(_LOOSEST)]
        while self.accept(","):
            found.append(self._test(_LOOSEST))
        return tuple(found)

    def _test(self, level: int) -> Node:
        token = self.token
        if token.is_mark(*COMPARISONS):
            self.take()
            return nodes.ComparisonTest(token.start, token.text, self._climb(_SUM))
        return nodes.ExpressionTest(token.start, self._climb(level))

    def _expect_end(self) -> None:
        token = self.token
        if token.kind == "end":
            return
        if token.kind in ("word", "string", "number"):
            hint = "Is an operator (such as 'and' or '+') missing before it, or is this a name that is not known?"
            self.fail(f"{self.shown()} was not expected here.", hint=self._similar_name() or hint)
        self.fail(f"{self.shown()} was not expected here.")

    def _similar_name(self) -> str:
        """A hint for a name of several words with a slip in it: `hire dat` for `hire date`."""
        before = self.tokens[self.at - 1].text
        return did_you_mean(f"{before} {self.token.text}", self.known.starting_with(before))

    # -- operators

    def expression(self) -> Node:
        with self.deeper():
            return self._climb(_LOOSEST)

    def range_end(self) -> Node:
        with self.deeper():
            return self._climb(_SUM)

    def _climb(self, lowest: int) -> Node:
        return self._climb_from(self._unary(), lowest)

    def _climb_from(self, left: Node, lowest: int) -> Node:
        """The operators after `left` that bind at least as tightly as `lowest`, the left ones first."""
        length = 0
        while (level := _level(self.token)) >= lowest:
            length += 1
            if length > _LONGEST_CHAIN:
                raise FeelLimitError("This expression has too many parts.", position=self.token.start, text=self.text)
            left = self._operation(left, level)
        return left

    def _operation(self, left: Node, level: int) -> Node:
        token = self.token
        if level < _COMPARISON:
            return self._junction(left, token.text, level)
        self.take()
        if token.is_word("between"):
            low = self._climb(_SUM)
            self.expect_word("and", "in 'between ... and ...'")
            return nodes.Between(token.start, left, low, self._climb(_SUM))
        if token.is_word("in"):
            return nodes.Membership(token.start, left, self._membership_tests())
        if token.is_word("instance"):
            self.expect_word("of", "after 'instance'")
            return nodes.InstanceOf(token.start, left, self.type())
        if token.text == "=" and self.token.is_mark("=", ">", "<"):
            self.fail("There are two comparison signs.", hint="Write one =, or >= and <= in this order.")
        right = self._climb(level + 1)
        operation = nodes.Comparison if level == _COMPARISON else nodes.Arithmetic
        return operation(token.start, token.text, left, right)

    def _junction(self, first: Node, word: str, level: int) -> Node:
        parts, position = [first], self.token.start
        while self.accept_word(word):
            parts.append(self._climb(level + 1))
        return nodes.Junction(position, word, tuple(parts))

    def _membership_tests(self) -> tuple[Node, ...]:
        if not self.token.is_mark("("):
            return (self._test(_SUM),)
        position = self.take().start
        with self.deeper():
            tests = self.tests()
        single = tests[0].expression if len(tests) == 1 and isinstance(tests[0], nodes.ExpressionTest) else None
        if single is not None and self.token.is_mark(".."):
            inside = self.finish_range(position, single, includes_start=False)
            return (nodes.ExpressionTest(position, inside),)
        self.expect(")", "to close the bracket")
        if single is None:
            return tests
        # (a + b) * 2 after "in": the bracket was only the start of a value.
        value = self._climb_from(self._postfix(nodes.Group(position, single)), _SUM)
        return (nodes.ExpressionTest(position, value),)

    def _unary(self) -> Node:
        position, minus = self.token.start, 0
        while self.accept("-"):
            minus += 1
        node = self._postfix(self.primary())
        if not minus:
            return node
        # Two signs cancel each other, but still ask for a number.
        node = nodes.Negation(position, node)
        return node if minus % 2 else nodes.Negation(position, node)

    def _postfix(self, node: Node) -> Node:
        """Paths, filters and calls after a value."""
        length = 0
        while self.token.is_mark(".", "[", "("):
            length += 1
            if length > _LONGEST_CHAIN:
                raise FeelLimitError("This expression has too many parts.", position=self.token.start, text=self.text)
            if self.token.is_mark("("):
                node = self._call(node)
            elif self.token.is_mark("."):
                node = self._path(node)
            elif self._opens_filter():
                position = self.take().start
                node = nodes.Filter(position, node, self.expression())
                self.expect("]", "after the filter")
            else:
                return node
        return node

    def _opens_filter(self) -> bool:
        """A '[' may also close a range, as in ]1..5[; then nothing that starts a value follows it."""
        token = self.after()
        if token.kind == "mark":
            return token.text not in _AFTER_OUTWARD_BRACKET
        return token.kind != "end" and not token.is_word(*_WORDS_AFTER_VALUE)

    def _path(self, base: Node) -> Node:
        position = self.take().start
        if self.token.kind != "word":
            self.fail("The name of a field is missing after the dot.")
        return nodes.Path(position, base, self.take_name())

    def _call(self, function: Node) -> Node:
        position = self.take().start
        names: list[str] = []
        arguments: list[Node] = []
        by_name = False
        while not self.token.is_mark(")"):
            name = self.new_name(":")
            if name is not None:
                self.expect(":", "after the name of the parameter")
                names.append(name)
                by_name = True
            elif by_name:
                self.fail("Either all values of a call are given by name, or none.")
            arguments.append(self.expression())
            if not self.accept(","):
                break
        if not self.accept(")"):
            self.fail(f"',' or ')' is missing in the call; here stands {self.shown()}.")
        if by_name and len(names) != len(arguments):
            self.fail("Either all values of a call are given by name, or none.", position=position)
        return nodes.Call(position, function, tuple(arguments), tuple(names) if by_name else None)


def parse_expression(
    text: str, names: Names, *, resolve: TypeResolver | None = None, limits: Limits | None = None
) -> Node:
    """The tree of an expression. Raises FeelSyntaxError and FeelLimitError."""
    return _guarded(Parser(text, names, resolve=resolve, limits=limits), tests=False)


def parse_tests(text: str, names: Names, *, resolve: TypeResolver | None = None, limits: Limits | None = None) -> Node:
    """The tree of a cell: tests separated by commas, not(...), or the dash. Raises as `parse_expression`."""
    return _guarded(Parser(text, names, resolve=resolve, limits=limits), tests=True)


def _guarded(parser: Parser, *, tests: bool) -> Node:
    try:
        return parser.whole_tests() if tests else parser.whole_expression()
    except RecursionError:
        raise FeelLimitError("This expression is nested too deeply.", text=parser.text) from None
