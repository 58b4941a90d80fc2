"""What comes in as text, in forms and addresses: without NUL characters, which PostgreSQL cannot keep.

Of what somebody has written they are left out. An address with one leads nowhere.
"""

from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import PathConverter, UnicodeConverter, ValidationError

NUL = "\0"


class Fields(ImmutableMultiDict[str, Any]):
    """The fields of a form or an address, by name and in order; files stay as they are."""

    def __init__(self, mapping: Any = None) -> None:
        fields = MultiDict(mapping).items(multi=True)
        super().__init__([(_without_nul(name), _without_nul(value)) for name, value in fields])


class TextRequest(Request):
    """A request whose fields can be kept."""

    parameter_storage_class = Fields


class TextInAddress(UnicodeConverter):
    """A text in an address."""

    def to_python(self, value: str) -> str:
        _refuse_nul(value)
        return value


class PathInAddress(PathConverter):
    """`<path:…>` in an address."""

    def to_python(self, value: str) -> str:
        _refuse_nul(value)
        return value


def install(app: Flask) -> None:
    """Let `app` read requests this way. To be called before views are added."""
    app.request_class = TextRequest
    app.url_map.converters |= {"default": TextInAddress, "string": TextInAddress, "path": PathInAddress}


def _without_nul(value: Any) -> Any:
    return value.replace(NUL, "") if isinstance(value, str) else value


def _refuse_nul(value: str) -> None:
    if NUL in value:
        raise ValidationError
