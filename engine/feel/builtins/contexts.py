"""Functions on contexts."""

from __future__ import annotations

from itertools import pairwise

from engine.feel.scope import Run
from engine.feel.signatures import builtin
from engine.feel.values import Value, is_context, normalise

Context = dict[str, Value]


@builtin("get value", "m: context, key: text")
def get_value(run: Run, context: Context, key: str) -> Value:
    return normalise(context.get(key), run.meter)


@builtin("get value", "m: context, keys: list")
def get_nested_value(run: Run, context: Context, keys: list[Value]) -> Value:
    value: Value = context
    for key in _texts(run, keys):
        value = normalise(value.get(key), run.meter) if is_context(value) else None
    return value


def _texts(run: Run, keys: list[Value]) -> list[str]:
    run.meter.spend(len(keys))
    names = [normalise(key, run.meter) for key in keys]
    if not all(type(name) is str for name in names):
        raise ValueError("every key must be a text")
    return names


@builtin("get entries", "m: context", gives="list")
def get_entries(run: Run, context: Context) -> list[Context]:
    run.meter.spend(len(context))
    return [{"key": key, "value": normalise(value, run.meter)} for key, value in context.items()]


@builtin("context", "entries: list", gives="context")
def context_of(run: Run, entries: list[Value]) -> Context:
    run.meter.spend(len(entries))
    made: Context = {}
    for item in entries:
        entry = normalise(item, run.meter)
        if not is_context(entry) or "key" not in entry or "value" not in entry:
            raise ValueError("every entry needs a key and a value")
        key = normalise(entry["key"], run.meter)
        if type(key) is not str or key in made:
            raise ValueError("every key must be a text of its own")
        made[key] = normalise(entry["value"], run.meter)
    return made


@builtin("context put", "context: context, key: text, value: any", gives="context")
def context_put(run: Run, context: Context, key: str, value: Value) -> Context:
    run.meter.spend(len(context))
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: any", gives="context")
def context_put_nested(run: Run, context: Context, keys: list[Value], value: Value) -> Context:
    names = _texts(run, keys)
    if not names:
        raise ValueError("at least one key is needed")
    top: Context = context_put(run, context, names[0], None)
    copy = top
    below = normalise(context.get(names[0]), run.meter)
    for last, key in pairwise(names):
        if below is not None and not is_context(below):
            raise ValueError(f"'{last}' is not a context")
        inner = context_put(run, below or {}, key, None)
        below = normalise((below or {}).get(key), run.meter)
        copy[last] = inner
        copy = inner
    copy[names[-1]] = value
    return top


@builtin("context merge", "contexts: list", gives="context")
def context_merge(run: Run, contexts: list[Value]) -> Context:
    merged: Context = {}
    for item in contexts:
        context = normalise(item, run.meter)
        if not is_context(context):
            raise ValueError("the list holds something that is not a context")
        run.meter.spend(1 + len(context))
        merged.update(context)
    return merged
