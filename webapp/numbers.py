"""Whole numbers in addresses and forms, none larger than a database can take."""

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST = 2**63 - 1


class NumberInAddress(IntegerConverter):
    """`<int:…>` in an address; behind a larger number there is nothing, as behind one that is free."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **{"max": LARGEST, **settings})  # type: ignore[arg-type]


def read_number(text: str) -> int:
    """The number that `text` says, for `type=` of arguments. Raises ValueError when it is none or too large."""
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError(f"{text} is too large")
    return number


def install(app: Flask) -> None:
    """Let the addresses of `app` understand numbers this way. To be called before views are added."""
    app.url_map.converters["int"] = NumberInAddress
