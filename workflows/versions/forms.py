"""What two versions of a form ask differently, field by field, in sentences."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import orjson

from engine import Rejection
from engine.difference import Change, list_words, quote
from workflows.questionnaires import Questionnaire, load
from workflows.questionnaires.components import Field
from workflows.questionnaires.disclosure import DEFAULT, READ_SINCE, READERS, WORDS
from workflows.questionnaires.kinds import KINDS

FORMS = "forms/"
_KINDS = {kind.type: kind.label for kind in KINDS}
LOOKS = {"id", "layout", "exporter", "schemaVersion", "executionPlatform", "executionPlatformVersion", "height"}


def compare_forms(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[Change]:
    """Every difference of the forms of two packages; empty for files that were only saved again."""
    for path in sorted({path for path in (*old, *new) if path.startswith(FORMS)}):
        a, b = old.get(path), new.get(path)
        name = quote(_name(b or a or b"", path))
        if a is None:
            yield Change("form", f"The form {name} is new.", file=path)
        elif b is None:
            yield Change("form", f"The form {name} is gone.", file=path)
        elif a != b:
            yield from (Change("form", text, file=path) for text in _compare(name, a, b))


def differ(a: bytes | None, b: bytes | None) -> bool:
    """Whether two forms, None for none, ask or say something else."""
    return a != b and (a is None or b is None or any(_compare("", a, b)))


def _compare(name: str, a: bytes, b: bytes) -> Iterator[str]:
    try:
        before, after = load(a), load(b)
    except Rejection:
        yield f"The form {name} has changed; one of the two versions cannot be read as a form."
        return
    sentences = list(_compare_fields(name, before, after))
    yield from sentences
    if not sentences and _meaning(orjson.loads(a)) != _meaning(orjson.loads(b)):
        yield f"The texts or the settings of the form {name} have changed."


def fields_of(questionnaire: Questionnaire) -> dict[str, Field]:
    """The fields of a form by their key as text; rows of lists count as one field of their list."""
    return {".".join(map(str, field.key)): field for field in questionnaire.fields()}


def name_field(field: Field) -> str:
    """A field as people call it: its label, or else its key."""
    label = "".join(part if isinstance(part, str) else "…" for part in field.label.parts).strip()
    return label or ".".join(map(str, field.key))


def _compare_fields(name: str, before: Questionnaire, after: Questionnaire) -> Iterator[str]:
    old, new = fields_of(before), fields_of(after)
    for key, field in new.items():
        if key not in old:
            yield f"The form {name} now asks for {quote(name_field(field))}{_must(field)}."
    for key, field in old.items():
        if key not in new:
            yield f"The form {name} no longer asks for {quote(name_field(field))}."
        else:
            yield from _compare_field(name, field, new[key])
    both = [key for key in old if key in new]
    if both != [key for key in new if key in old]:
        yield f"The questions of the form {name} come in another order now."


def _must(field: Field) -> str:
    return ", which must be answered" if field.required else ""


def _compare_field(name: str, a: Field, b: Field) -> Iterator[str]:
    called = f"In the form {name}, {quote(name_field(b))}"
    if name_field(a) != name_field(b):
        yield f"In the form {name}, {quote(name_field(a))} is now called {quote(name_field(b))}."
    if a.type != b.type:
        was, now = (quote(_KINDS.get(one.type, one.type)) for one in (a, b))
        yield f"{called} is now answered in another way: {now} instead of {was}."
    if a.required != b.required:
        yield f"{called} {'must be answered now' if b.required else 'may be left out now'}."
    if _choices(a) != _choices(b):
        yield f"{called} now offers these choices: {list_words(_choices(b)) or 'none'}."
    yield from _compare_readers(called, a, b)


def _choices(field: Field) -> list[str]:
    options = getattr(field, "options", None)
    return [] if options is None else [option.label for option in options.fixed]


def _compare_readers(called: str, a: Field, b: Field) -> Iterator[str]:
    before, after = a.disclosure or DEFAULT, b.disclosure or DEFAULT
    if before.visible_to != after.visible_to:
        was, now = (_say_readers(one.visible_to) for one in (before, after))
        yield f"{called} can now be read by {now} (before: {was})."
    if before.since != after.since and "subject" in after.visible_to:
        was, now = READ_SINCE[before.since], READ_SINCE[after.since]
        yield f"{called} is now shown to the person it is about {now} (before: {was})."


def _say_readers(readers: Collection[str]) -> str:
    return list_words([WORDS[role] for role in READERS if role in readers]) or "its writer only"


def _meaning(form: Any) -> Any:
    """A form without what only matters to the editor that wrote it."""
    if isinstance(form, dict):
        return {key: _meaning(value) for key, value in sorted(form.items()) if key not in LOOKS}
    return [_meaning(one) for one in form] if isinstance(form, list) else form


def _name(content: bytes, path: str) -> str:
    try:
        form = orjson.loads(content)
    except orjson.JSONDecodeError:
        form = None
    title = form.get("title") or form.get("name") if isinstance(form, dict) else None
    return str(title or path.removeprefix(FORMS).removesuffix(".json"))
