"""The history and the planned future of a set of facts, as pure values.

A timeline is a list of versions in order of their first day; each holds until the next begins and the last one until
further notice. So versions can neither overlap nor leave a gap, whatever is done to them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """The facts that hold from `valid_from` on."""

    valid_from: date
    facts: Facts


Timeline = tuple[Version, ...]


def facts_on(timeline: Timeline, day: date) -> Facts | None:
    """The facts of that day, None before the first version."""
    found = None
    for version in timeline:
        if version.valid_from > day:
            break
        found = version.facts
    return found


def change_from(timeline: Timeline, day: date, changes: Facts) -> Timeline:
    """Change some facts from `day` on (from the beginning when `day` is earlier).

    Each change holds until a later version says something else about that very fact: a new manager from Monday
    survives a planned leave, and a change of manager that is planned for next month stays planned.
    """
    day = max(day, timeline[0].valid_from)
    before = _facts_at(timeline, day)
    open_changes = {name: value for name, value in changes.items() if before[name] != value}
    split = _split(timeline, day)
    changed = [version for version in split if version.valid_from < day]
    for version in split[len(changed) :]:
        open_changes = {name: value for name, value in open_changes.items() if version.facts[name] == before[name]}
        changed.append(Version(version.valid_from, {**version.facts, **open_changes}))
    return _merge(changed)


def replace_from(timeline: Timeline, day: date, changes: Facts, until: date | None = None) -> Timeline:
    """Set some facts from `day` on, whatever later versions say about them, up to the day before `until`."""
    day = max(day, timeline[0].valid_from)
    split = _split(timeline, day)
    if until is not None and until > day:
        split = _split(split, until)
    return _merge(
        Version(version.valid_from, {**version.facts, **changes})
        if version.valid_from >= day and (until is None or version.valid_from < until)
        else version
        for version in split
    )


def begin_on(timeline: Timeline, day: date) -> Timeline:
    """Let the first version begin on `day`; what would end before that day is dropped."""
    return _merge(
        [Version(day, _facts_at(timeline, day)), *(version for version in timeline if version.valid_from > day)]
    )


def _facts_at(timeline: Timeline, day: date) -> Facts:
    return facts_on(timeline, day) or timeline[0].facts


def _split(timeline: Timeline, day: date) -> Timeline:
    if any(version.valid_from == day for version in timeline):
        return timeline
    return tuple(sorted((*timeline, Version(day, _facts_at(timeline, day))), key=lambda version: version.valid_from))


def _merge(versions: Iterable[Version]) -> Timeline:
    """Drop versions that say the same as the one before."""
    merged: list[Version] = []
    for version in versions:
        if not merged or merged[-1].facts != version.facts:
            merged.append(version)
    return tuple(merged)
