"""Finding mistakes before an expression is used: wrong syntax, unknown names, kinds that do not go together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel import nodes
from engine.feel.arithmetic import SUPPORTED_OPERATIONS
from engine.feel.dictionary import Dictionary, Entry
from engine.feel.errors import FeelError, did_you_mean
from engine.feel.expression import as_dictionary, compile_expression, compile_unary_tests
from engine.feel.nodes import Node, label, parts_of
from engine.feel.properties import PROPERTY_NAMES
from engine.feel.signatures import BUILTINS, Builtin, counted_values, usage
from engine.feel.temporal import parse_temporal
from engine.feel.types import ANY, BOOLEAN, CONTEXT, LIST, NUMBER, RANGE, SIMPLE_TYPES, FeelType
from engine.feel.values import kind, kind_in_words

Types = Mapping[str, FeelType]
_MOST_FINDINGS = 20  # Searching for similar names takes time, and nobody reads more.


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: what is wrong, the offset in the text, and what to do. `problem` is a word for programs: "syntax",
    "type", or what is not known: "name", "field", "function".
    """

    message: str
    position: int | None = None
    hint: str = ""
    problem: str = "type"

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def check(
    text: str,
    dictionary: Dictionary | Mapping[str, str],
    *,
    tests: bool = False,
    tested: FeelType | None = None,
    wanted: str | None = None,
) -> list[Finding]:
    """All mistakes that can be found without data.

    `tests` reads the text as a decision table cell, whose tested value has the type `tested`; `wanted` is the FEEL
    type that the result should have, for a condition "boolean".
    """
    known = as_dictionary(dictionary)
    try:
        node = (compile_unary_tests if tests else compile_expression)(text, types=known).node
    except FeelError as error:
        return [Finding(error.message, error.position, error.hint, "syntax")]
    result, findings = inspect(node, types_of(known) if known else {}, tested or ANY)
    if wanted is not None and not tests and _is_plain(result) and result.name != wanted:
        message = f"The result should be {kind_in_words(wanted)}, but it is {kind_in_words(result.name)}."
        findings.append(Finding(message, node.position))
    return findings


def inspect(node: Node, types: Types, tested: FeelType) -> tuple[FeelType, list[Finding]]:
    """The type of a tree as far as it is known, and what is wrong in it; `types` are the names in scope."""
    inspector = Inspector(tested)
    try:
        return inspector.infer(node, types), inspector.findings
    except RecursionError:
        return ANY, [Finding("This expression is nested too deeply.", hint="Split it into several smaller rules.")]


def types_of(dictionary: Dictionary) -> dict[str, FeelType]:
    """The dictionary as types by name."""
    return {name: _entry_type(entry) for name, entry in dictionary.root.items()}


def _entry_type(entry: Entry) -> FeelType:
    if not entry.below:
        return entry.type
    fields = FeelType("context", fields=tuple((name, _entry_type(child)) for name, child in entry.below.items()))
    return FeelType("list", element=fields) if entry.type.name == "list" else fields


def _is_plain(wanted: FeelType) -> bool:
    """Whether the type says enough to be compared with another."""
    return wanted.name in SIMPLE_TYPES and wanted.name not in ("Any", "Null")


def _common(first: FeelType, second: FeelType) -> FeelType:
    return first if first == second else ANY


class Inspector:
    """Walks a tree, gives the type of each node as far as it is known, and collects findings on the way."""

    def __init__(self, tested: FeelType = ANY) -> None:
        self.findings: list[Finding] = []
        self.tested = tested
        self._by_node: dict[type[Node], Callable[[Any, Types], FeelType]] = {
            nodes.Constant: self._constant,
            nodes.Temporal: self._temporal,
            nodes.Name: self._name,
            nodes.Group: lambda node, types: self.infer(node.inner, types),
            nodes.ListNode: self._list,
            nodes.ContextNode: self._context,
            nodes.RangeNode: self._range,
            nodes.OpenRange: self._range,
            nodes.Junction: self._junction,
            nodes.Comparison: self._comparison,
            nodes.Arithmetic: self._arithmetic,
            nodes.Negation: lambda node, types: self.infer(node.inner, types),
            nodes.Between: self._truth,
            nodes.InstanceOf: self._truth,
            nodes.Membership: self._membership,
            nodes.Path: self._path,
            nodes.Filter: self._filter,
            nodes.Call: self._call,
            nodes.If: self._if,
            nodes.For: self._for,
            nodes.Quantified: self._quantified,
            nodes.FunctionNode: self._function,
            nodes.ComparisonTest: self._comparison_test,
            nodes.ExpressionTest: self._expression_test,
        }

    def found(self, message: str, position: int | None, hint: str = "", problem: str = "type") -> FeelType:
        self.findings.append(Finding(message, position, hint, problem))
        return ANY

    def infer(self, node: Node, types: Types) -> FeelType:
        inspect = self._by_node.get(type(node))
        if inspect is not None:
            return inspect(node, types)
        for part in parts_of(node):
            self.infer(part, types)
        return ANY

    def _constant(self, node: nodes.Constant, types: Types) -> FeelType:
        return ANY if node.value is None else SIMPLE_TYPES[kind(node.value)]

    def _temporal(self, node: nodes.Temporal, types: Types) -> FeelType:
        value = parse_temporal(node.text)
        if value is None:
            return self.found(f'@"{node.text[:40]}" is not a date, time or duration.', node.position)
        return SIMPLE_TYPES[kind(value)]

    def _name(self, node: nodes.Name, types: Types) -> FeelType:
        if node.name == "?":
            return self.tested
        if node.name in types:
            return types[node.name]
        if node.name in BUILTINS or len(self.findings) >= _MOST_FINDINGS:
            return ANY
        hint = did_you_mean(node.name, list(types)) or f'If it is a text, put it in quotation marks: "{node.name}".'
        return self.found(f"'{node.name}' is not known here.", node.position, hint, "name")

    def _list(self, node: nodes.ListNode, types: Types) -> FeelType:
        found = [self.infer(item, types) for item in node.items]
        same = found and all(item == found[0] for item in found)
        return FeelType("list", element=found[0]) if same else LIST

    def _context(self, node: nodes.ContextNode, types: Types) -> FeelType:
        fields: dict[str, FeelType] = {}
        for name, value in node.entries:
            fields[name] = self.infer(value, {**types, **fields})
        return FeelType("context", fields=tuple(fields.items()))

    def _range(self, node: nodes.RangeNode | nodes.OpenRange, types: Types) -> FeelType:
        ends = [self.infer(part, types) for part in parts_of(node)]
        known = [end for end in ends if _is_plain(end)]
        if len(known) == 2 and known[0] != known[1]:
            self._clash("the two ends of the range", known[0], known[1], node.position)
        return FeelType("range", element=known[0]) if known else RANGE

    def _truth(self, node: Node, types: Types) -> FeelType:
        for part in parts_of(node):
            self.infer(part, types)
        return BOOLEAN

    def _junction(self, node: nodes.Junction, types: Types) -> FeelType:
        for part in node.parts:
            self._expect_truth(part, f"'{node.operator}'", types)
        return BOOLEAN

    def _expect_truth(self, node: Node, what: str, types: Types) -> None:
        given = self.infer(node, types)
        if _is_plain(given) and given != BOOLEAN:
            name = label(node) or "this part"
            self.found(
                f"{what} needs true or false, but {name} is {kind_in_words(given.name)}.",
                node.position,
                "Compare it with something, for example with = or >.",
            )

    def _clash(self, what: str, left: FeelType, right: FeelType, position: int) -> None:
        self.found(
            f"{what} cannot take {kind_in_words(left.name)} and {kind_in_words(right.name)} together.",
            position,
            "Use two values of one kind.",
        )

    def _comparison(self, node: nodes.Comparison, types: Types) -> FeelType:
        self._compare(node.operator, self.infer(node.left, types), self.infer(node.right, types), node.position)
        return BOOLEAN

    def _compare(self, operator: str, left: FeelType, right: FeelType, position: int) -> None:
        if _is_plain(left) and _is_plain(right) and left != right:
            self._clash(f"'{operator}'", left, right, position)

    def _arithmetic(self, node: nodes.Arithmetic, types: Types) -> FeelType:
        left, right = self.infer(node.left, types), self.infer(node.right, types)
        if not (_is_plain(left) and _is_plain(right)):
            return ANY
        if (node.operator, left.name, right.name) not in SUPPORTED_OPERATIONS:
            self._clash(f"'{node.operator}'", left, right, node.position)
            return ANY
        if (
            node.operator == "-"
            and left.name in ("date", "date and time", "time")
            and right.name[:4] in ("date", "time")
        ):
            return SIMPLE_TYPES["days and time duration"]
        if left == right:
            return left if left == NUMBER or node.operator != "/" else NUMBER
        return right if left.name == "number" or (node.operator == "+" and "duration" in left.name) else left

    def _membership(self, node: nodes.Membership, types: Types) -> FeelType:
        inside = Inspector(self.infer(node.value, types))
        for test in node.tests:
            inside.infer(test, types)
        self.findings += inside.findings
        return BOOLEAN

    def _path(self, node: nodes.Path, types: Types) -> FeelType:
        base = self.infer(node.base, types)
        if base.name == "list" and base.element is not None:
            return FeelType("list", element=self._field(node, base.element))
        return self._field(node, base)

    def _field(self, node: nodes.Path, owner: FeelType) -> FeelType:
        name = label(node.base) or "This value"
        if owner.name == "context" and owner.fields is not None:
            fields = dict(owner.fields)
            if node.name in fields:
                return fields[node.name]
            hint = did_you_mean(node.name, list(fields)) or f"It has: {', '.join(list(fields)[:12])}."
            return self.found(f"{name} has no field '{node.name}'.", node.position, hint, "field")
        if _is_plain(owner) and (owner.name in ("number", "string", "boolean") or node.name not in PROPERTY_NAMES):
            return self.found(f"{name} is {kind_in_words(owner.name)}, which has no '{node.name}'.", node.position)
        return NUMBER if _is_plain(owner) and node.name not in ("timezone", "time offset") else ANY

    def _filter(self, node: nodes.Filter, types: Types) -> FeelType:
        base = self.infer(node.base, types)
        item = (base.element or ANY) if base.name == "list" else base
        inside = {**types, "item": item, **dict(item.fields or ())}
        if item.name in ("Any", "context", "list") and item.fields is None:
            # The fields of the items are not known, so no bare name can be called wrong.
            self._without_unknown_names(node.condition, inside)
            condition = ANY
        else:
            condition = self.infer(node.condition, inside)
        if condition == NUMBER:
            return item
        return base if base.name == "list" else FeelType("list", element=base)

    def _without_unknown_names(self, node: Node, types: Types) -> None:
        inside = Inspector(self.tested)
        inside.infer(node, types)
        self.findings += [finding for finding in inside.findings if finding.problem != "name"]

    def _call(self, node: nodes.Call, types: Types) -> FeelType:
        given = [self.infer(argument, types) for argument in node.arguments]
        if not isinstance(node.function, nodes.Name):
            self.infer(node.function, types)
            return ANY
        name = node.function.name
        function = BUILTINS.get(name)
        if name in types and (function is None or types[name].name == "function"):
            return types[name].result or ANY
        if function is None:
            return self.found(
                f"There is no function '{name}'.", node.function.position, did_you_mean(name, [*BUILTINS]), "function"
            )
        self._check_arguments(node, function, given)
        gives = {"list": LIST, "context": CONTEXT, "range": RANGE}
        return gives.get(function.gives) or SIMPLE_TYPES.get(function.gives, ANY)

    def _check_arguments(self, node: nodes.Call, function: Builtin, given: list[FeelType]) -> None:
        fixed = [signature for signature in function.signatures if not signature.variadic]
        if node.names is not None or len(fixed) < len(function.signatures):
            return
        fitting = [
            signature
            for signature in fixed
            if len(given) <= len(signature.parameters)
            and all(parameter.optional for parameter in signature.parameters[len(given) :])
        ]
        if not fitting:
            self.found(
                f"'{function.name}' does not take {counted_values(len(given))}.",
                node.position,
                f"Write {usage(function)}.",
            )
        elif len(fitting) == 1:
            self._check_kinds(node, function, fitting[0].parameters, given)

    def _check_kinds(self, node: nodes.Call, function: Builtin, parameters: Any, given: list[FeelType]) -> None:
        for parameter, argument, part in zip(parameters, given, node.arguments, strict=False):
            if not parameter.kinds or "list" in parameter.kinds or not _is_plain(argument):
                continue
            if argument.name not in parameter.kinds and not (
                argument.name == "date" and "date and time" in parameter.kinds
            ):
                wanted = " or ".join(kind_in_words(name) for name in parameter.kinds)
                message = (
                    f"'{function.name}' needs {wanted} for '{parameter.name}', not {kind_in_words(argument.name)}."
                )
                self.found(message, part.position)

    def _if(self, node: nodes.If, types: Types) -> FeelType:
        self._expect_truth(node.condition, "'if'", types)
        return _common(self.infer(node.then, types), self.infer(node.otherwise, types))

    def _iterated(self, node: nodes.For | nodes.Quantified, types: Types) -> dict[str, FeelType]:
        inside = dict(types)
        for iterator in node.iterators:
            source = self.infer(iterator.source, inside)
            if iterator.until is not None:
                self.infer(iterator.until, inside)
            inside[iterator.name] = (source.element or ANY) if source.name in ("list", "range") else source
        return inside

    def _for(self, node: nodes.For, types: Types) -> FeelType:
        body = self.infer(node.body, {**self._iterated(node, types), "partial": LIST})
        return FeelType("list", element=body)

    def _quantified(self, node: nodes.Quantified, types: Types) -> FeelType:
        self._expect_truth(node.body, "'satisfies'", self._iterated(node, types))
        return BOOLEAN

    def _function(self, node: nodes.FunctionNode, types: Types) -> FeelType:
        known = zip(node.parameters, node.types, strict=True)
        body = self.infer(node.body, {**types, **{name: given or ANY for name, given in known}})
        return FeelType("function", parameters=tuple(given or ANY for given in node.types), result=body)

    def _comparison_test(self, node: nodes.ComparisonTest, types: Types) -> FeelType:
        self._compare(node.operator, self.tested, self.infer(node.right, types), node.position)
        return BOOLEAN

    def _expression_test(self, node: nodes.ExpressionTest, types: Types) -> FeelType:
        value = self.infer(node.expression, types)
        if nodes.mentions(node.expression, "?"):
            return BOOLEAN
        element = value.element if value.name in ("list", "range") and value.element else value
        self._compare("=", self.tested, element, node.position)
        return BOOLEAN
