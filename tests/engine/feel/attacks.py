"""Expressions written to hang, to fill the memory or to get out, and a runner that measures each in its own process.

Run as a program it prints one line of JSON for each attack: name, outcome, seconds, megabytes.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable

from engine import feel

_TEN = "[1,2,3,4,5,6,7,8,9,10]"
_TRIPLE_LOOP = "for a in 1..50000, b in 1..50000, c in 1..50000 return a"


def _nested(opening: str, inner: str, closing: str, depth: int = 5_000) -> str:
    return opening * depth + inner + closing * depth


def _doubling(start: str, step: str, times: int = 40) -> str:
    """A context whose entries grow by the step, each from the one before."""
    entries = [f"x0: {start}"] + [f"x{n}: {step.replace('@', f'x{n - 1}')}" for n in range(1, times)]
    return "{" + ", ".join(entries) + "}." + f"x{times - 1}"


BIG_TEXT = _doubling('"aaaaaaaaaaaaaaaa"', "@ + @", 14)
_BIG_LIST = "(for i in 1..50000 return i)"

ATTACKS: dict[str, str] = {
    # getting out
    "python import": '__import__("os").system("true")',
    "python attributes": "().__class__.__bases__[0].__subclasses__()",
    "dunder path": "rating.__class__.__mro__",
    "open a file": 'open("/etc/passwd")',
    "external java": 'function(x) external {java: {class: "java.lang.Runtime", method signature: "exec(String)"}}',
    "zone outside of its folder": 'date and time("2020-01-01T00:00:00@../../../../etc/passwd")',
    # reading
    "deep round brackets": _nested("(", "1", ")", 3_900),
    "deep square brackets": _nested("[", "1", "]", 3_900),
    "deep contexts": _nested("{a:", "1", "}", 1_900),
    "deep minus": "-" * 7_900 + "1",
    "deep not": _nested("not(", "true", ")", 1_500),
    "deep in": _nested("1 in (", "1", ")", 900),
    "deep tests in brackets": "1 in " + _nested("(< ", "1", ")", 1_500),
    "deep if": "if true then " * 500 + "1" + " else 1" * 100,
    "deep calls": _nested("abs(", "1", ")", 1_500),
    "deep filters": _nested("a[", "1", "]", 2_000),
    "deep types": "1 instance of " + _nested("list<", "number", ">", 1_000),
    "long sum": "1" + "+1" * 3_900,
    "long path": "a" + ".a" * 3_900,
    "too long": "a" * 10_000,
    "open comments": "/*" * 4_000,
    "comments and blanks": "/* */ " * 1_300 + "1",
    "open text": '"' + "\\" * 7_000,
    "open range ends": "[1.." * 1_500,
    "blanks in names": "f(" + "a " * 3_900 + ")",
    "many names with spaces": "years and months " * 450,
    "half ranges": "]1.." * 1_900,
    # numbers
    "tower of powers": "9**9**9**9**9**9",
    "huge power": "9999999999 ** 9999999999",
    "many powers": "for i in 1..50000 return 1.0000001 ** 12345.678",
    "many logarithms": "for i in 1..50000 return exp(log(i) * 1.000001)",
    "large exponent": "1e6144 * 10",
    "many long numbers as text": "for i in 1..50000 return string(1e6144)",
    "scale of rounding": "decimal(1e6144, 6176)",
    "scale far out": "decimal(1, 1e6000)",
    "modulo of far numbers": "modulo(1e6144, 1e-6000)",
    "long number text": f"number({BIG_TEXT})",
    # loops
    "counting to a billion": "for i in 1..1000000000 return i",
    "triple loop": _TRIPLE_LOOP,
    "some over triple loop": "some a in 1..50000, b in 1..50000, c in 1..50000 satisfies a < 0",
    "dates to the end of time": 'for d in @"0001-01-01"..@"9999-12-31" return d',
    "dates beyond time": 'for d in @"-999999999-01-01"..@"999999999-12-31" return d',
    "endless recursion": "{f: function(n) f(n + 1), r: f(1)}.r",
    "double recursion": "{f: function(n) if n = 0 then 1 else f(n - 1) + f(n - 1), r: f(50)}.r",
    "recursion through sort": "{f: function(a, b) sort([2, 1], f)[1] > 0, r: sort([3, 1, 2], f)}.r",
    "partial": "for i in 1..50000 return count(partial)",
    "partial of partial": "for i in 1..50000 return partial",
    "filter within filter": f"{_BIG_LIST}[count({_BIG_LIST}[item > 1]) > 0]",
    "number filter": f"{_BIG_LIST}[item > 0][item > 0][item > 0]",
    # lists
    "doubling lists": _doubling(_TEN, "concatenate(@, @)"),
    "doubling nested lists": _doubling(_TEN, "[@, @]"),
    "list in list, compared": _doubling(_TEN, "[@, @]").replace("}.", ", y: x39 = x38}."),
    "flatten what is shared": f"flatten({_doubling(_TEN, '[@, @]')})",
    "text of what is shared": f"string({_doubling(_TEN, '[@, @]')})",
    "sharing a big list": f"{{b: {_BIG_LIST}, r: for i in 1..40000 return b}}.r",
    "sharing a big text": f"{{b: {BIG_TEXT}, r: for i in 1..40000 return b}}.r",
    "sharing a context": "{b: {t: for i in 1..20000 return i}, r: for i in 1..40000 return b}.r",
    "contains within a loop": f"{{b: {_BIG_LIST}, r: for i in 1..40000 return list contains(b, 0)}}.r",
    "index of within a loop": f"{{b: {_BIG_LIST}, r: for i in 1..40000 return index of(b, 0)}}.r",
    "reverse within a loop": f"{{b: {_BIG_LIST}, r: for i in 1..40000 return count(reverse(b))}}.r",
    "all within a loop": "{b: for i in 1..20000 return true, r: for i in 1..40000 return all(b)}.r",
    "sum within a loop": f"{{b: {_BIG_LIST}, r: for i in 1..40000 return sum(b)}}.r",
    "lists compared in a loop": f"{{b: {_BIG_LIST}, r: for i in 1..40000 return b = b}}.r",
    "lists as types in a loop": f"{{b: {_BIG_LIST}, r: for i in 1..40000 return b instance of list<number>}}.r",
    "append within a loop": f"{{b: {_BIG_LIST}, r: for i in 1..40000 return append(b, i)}}.r",
    "distinct contexts": "distinct values(for i in 1..40000 return {a: i})",
    "distinct lists": "distinct values(for i in 1..40000 return [i])",
    "union of contexts": "union(for i in 1..20000 return {a: i}, for i in 1..20000 return {a: i})",
    "sort by a function": "sort(for i in 1..50000 return 50000 - i, function(a, b) a < b)",
    "sort that never agrees": "sort(for i in 1..20000 return i, function(a, b) true)",
    "merging contexts": "{c: context(for i in 1..9000 return {key: string(i), value: i}), "
    'r: for i in 1..40000 return context put(c, "a", i)}.r',
    "entries of contexts": "{c: context(for i in 1..9000 return {key: string(i), value: i}), "
    "r: for i in 1..40000 return get entries(c)}.r",
    "path over a list": "{b: for i in 1..20000 return {a: i}, r: for i in 1..40000 return b.a}.r",
    "deep list by partial, as text": "string({f: function(l, n) if n = 0 then l else f([l], n - 1), r: f([], 55)}.r)",
    "list contains deep": _doubling("[1]", "[@, @, @, @]", 30).replace("x0: [1]", "x0: [1], y0: [1]"),
    # texts
    "doubling texts": _doubling('"a"', "@ + @", 60),
    "joining one text": f"string join(for i in 1..50000 return {BIG_TEXT.replace('aaaa', 'a')})",
    "joining a shared text": f"{{b: {BIG_TEXT}, r: string join(for i in 1..5000 return b)}}.r",
    "joining with a long mark": f'{{b: {BIG_TEXT}, r: string join(for i in 1..5000 return "", b)}}.r',
    "text of a shared text": f"{{b: {BIG_TEXT}, r: string(for i in 1..5000 return b)}}.r",
    "upper case within a loop": f"{{b: {BIG_TEXT}, r: for i in 1..50000 return upper case(b)}}.r",
    "contains text within a loop": f'{{b: {BIG_TEXT}, r: for i in 1..50000 return contains(b, "ab")}}.r',
    "texts compared in a loop": f'{{b: {BIG_TEXT}, c: b + "", r: for i in 1..50000 return b = c}}.r',
    "split into characters": f'{{b: {BIG_TEXT}, r: for i in 1..1000 return count(split(b, "a"))}}.r',
    "replace that grows": f'replace({BIG_TEXT}, "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
    "replace by groups that grow": f'replace({BIG_TEXT}, "(.*)", "$1$1$1$1$1$1$1$1$1")',
    # patterns
    "nested repeats": f'matches({BIG_TEXT}, "(a+)+$b")',
    "overlapping choices": f'matches({BIG_TEXT}, "(a|a)*b")',
    "blowing up repeats": f'matches({BIG_TEXT}, "((a{{0,9}}){{0,9}}){{0,9}}b")',
    "wide repeats": f'matches({BIG_TEXT}, "(.*a){{200}}b")',
    "counted choices": f'matches({BIG_TEXT}, "(a?){{500}}a{{500}}b")',
    "square scan": f'count(split({BIG_TEXT}, "a.*b|a"))',
    "square replace": f'string length(replace({BIG_TEXT}, "a.*b|a", "c"))',
    "many patterns": 'for i in 1..50000 return matches("a", "a{1,1000}" + string(i))',
    "long pattern": f'matches("a", {BIG_TEXT})',
    "unicode classes": f'matches({BIG_TEXT}, "(\\\\p{{L}}\\\\p{{N}}?){{100,500}}b")',
    # ranges and dates
    "range from long text": f"range({BIG_TEXT})",
    "range of nonsense": 'range("[(((((((((((((..)]")',
    "range of huge numbers": 'range("[1e999999..2e999999]")',
    "duration too long": 'duration("P999999999999D") * 999999999999',
    "month arithmetic": '@"2020-01-01" + duration("P999999999Y")',
    "date far out": "date(1e30, 1, 1)",
    "time far out": "time(1e30, 1, 1e-6000)",
}
DATA = {"rating": 4, "name": "Anna", "reviews": [{"rating": 1}, {"rating": 2}]}


def attempt(text: str, act: Callable[[str], object]) -> dict[str, object]:
    """Run one attack in this process: what came of it, how long it took, how much memory it added."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    try:
        outcome = f"value {str(act(text))[:60]}"
    except feel.FeelError as error:
        outcome = f"{type(error).__name__}: {error.message[:120]}"
    except BaseException as error:  # noqa: BLE001 - any other end is what the attack is after
        outcome = f"ESCAPED {type(error).__name__}: {str(error)[:120]}"
    seconds = time.process_time() - start
    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"outcome": outcome, "seconds": round(seconds, 3), "megabytes": round(megabytes, 1)}


def work_out(text: str) -> object:
    """What the product does with an expression: work it out, and store the result."""
    return feel.to_plain(feel.compile(text).evaluate(DATA))


def main() -> None:
    """Each attack in a fork of its own, so that none profits from memory that another has freed."""
    feel.compile("1 + 1").evaluate(DATA)
    for name, text in ATTACKS.items():
        sys.stdout.flush()
        child = os.fork()
        if not child:
            resource.setrlimit(resource.RLIMIT_CPU, (8, 8))
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
            print(json.dumps({"name": name, **attempt(text, work_out)}), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"name": name, "outcome": f"ESCAPED killed {status}", "seconds": 9, "megabytes": 999}))


if __name__ == "__main__":
    main()
