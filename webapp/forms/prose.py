"""The little Markdown that texts in forms know: headings, paragraphs, bold, emphasis, lists and links."""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

_BULLET = re.compile(r"\s{0,3}[-*]\s+(.*)")
_NUMBERED = re.compile(r"\s{0,3}[0-9]{1,3}[.)]\s+(.*)")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_STRONG = re.compile(r"\*\*([^*]+)\*\*|__([^_]+)__")
_EMPHASIS = re.compile(r"(?<!\w)[*_]([^*_]+)[*_](?!\w)")
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^\s)]+|/[^\s)/\\][^\s)\\]*)\)")
# The page has its own h1, and a form's title is its h2 at most.
_LEVELS = {1: 2, 2: 2, 3: 3}


def render_prose(text: str) -> Markup:
    """`text` as HTML. Everything that is not one of the known signs is shown as it was written."""
    return Markup("\n").join(_blocks(text.replace("\r\n", "\n").split("\n")))


def _blocks(lines: list[str]) -> Iterator[Markup]:
    at = 0
    while at < len(lines):
        start = at
        if heading := _HEADING.fullmatch(lines[at].strip()):
            level = _LEVELS.get(len(heading[1]), 4)
            yield Markup("<h{0}>{1}</h{0}>").format(level, _inline(heading[2]))
            at += 1
        elif tag := _list_tag(lines[at]):
            while at < len(lines) and _list_tag(lines[at]) == tag:
                at += 1
            items = (Markup("<li>{}</li>").format(_inline(_item(line))) for line in lines[start:at])
            yield Markup("<{0}>{1}</{0}>").format(tag, Markup("").join(items))
        elif lines[at].strip():
            while at < len(lines) and _is_plain(lines[at]):
                at += 1
            yield Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line.strip()) for line in lines[start:at]))
        else:
            at += 1


def _is_plain(line: str) -> bool:
    return bool(line.strip()) and not _HEADING.fullmatch(line.strip()) and not _list_tag(line)


def _list_tag(line: str) -> str:
    return "ul" if _BULLET.fullmatch(line) else "ol" if _NUMBERED.fullmatch(line) else ""


def _item(line: str) -> str:
    match = _BULLET.fullmatch(line) or _NUMBERED.fullmatch(line)
    return match[1] if match else line


def _inline(text: str) -> Markup:
    # Escaped first: what follows only puts known tags around text that can no longer be markup.
    texts = _LINK.split(str(escape(text)))
    html = _emphasise(texts[0])
    for label, address, after in zip(texts[1::3], texts[2::3], texts[3::3], strict=True):
        html += f'<a href="{address}" rel="noopener noreferrer">{_emphasise(label)}</a>{_emphasise(after)}'
    return Markup(html)  # noqa: S704 (escaped above)


def _emphasise(html: str) -> str:
    html = _STRONG.sub(lambda match: f"<strong>{match[1] or match[2]}</strong>", html)
    return _EMPHASIS.sub(r"<em>\1</em>", html)
