"""Long lists in pages: which one is asked for, and the addresses of its neighbours."""

from dataclasses import dataclass

from flask import request, url_for

from webapp.numbers import read_number

SIZE = 50
# No database counts further than this fits into.
LAST = 1_000_000


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list with `total` entries; `number` counts from 1."""

    number: int
    total: int
    size: int = SIZE

    @property
    def summary(self) -> str:
        """For instance `51–100 of 1,121`."""
        if not self.total:
            return ""
        first = (self.number - 1) * self.size + 1
        return f"{first:,}–{min(self.number * self.size, self.total):,} of {self.total:,}"

    @property
    def previous(self) -> str | None:
        """The address of the page before."""
        return _address(self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after."""
        return _address(self.number + 1) if self.number * self.size < self.total else None


def asked_page() -> int:
    """The page that the address asks for; the first one when it asks for nonsense."""
    return min(max(1, request.args.get("page", 1, type=read_number)), LAST)


def offset_of(page: int, size: int = SIZE) -> int:
    """How many entries come before a page."""
    return (page - 1) * size


def _address(number: int) -> str:
    arguments = {**request.args.to_dict(flat=False), **(request.view_args or {}), "page": number}
    return url_for(str(request.endpoint), **arguments)
