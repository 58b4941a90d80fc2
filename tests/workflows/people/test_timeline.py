"""Histories with a planned future: what a change does to the days it is not about."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workflows.people.timeline import Timeline, Version, begin_on, change_from, facts_on, replace_from

START = date(2026, 1, 1)
days = st.integers(0, 30).map(lambda number: START + timedelta(days=number))
values = st.sampled_from("abc")
changes = st.dictionaries(st.sampled_from(["manager", "grade"]), values, min_size=1)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    timeline: Timeline = (Version(START, {"manager": "a", "grade": "a"}),)
    for day, facts in draw(st.lists(st.tuples(days, changes), max_size=6)):
        timeline = replace_from(timeline, day, facts)
    return timeline


def test_a_change_survives_a_later_version_that_is_about_something_else() -> None:
    planned = replace_from((Version(START, {"manager": "ben", "status": "active"}),), day(10), {"status": "leave"})
    moved = change_from(planned, day(5), {"manager": "mara"})
    assert [(version.valid_from, dict(version.facts)) for version in moved] == [
        (day(0), {"manager": "ben", "status": "active"}),
        (day(5), {"manager": "mara", "status": "active"}),
        (day(10), {"manager": "mara", "status": "leave"}),
    ]


def test_a_planned_change_of_the_same_fact_stays_planned() -> None:
    planned = replace_from((Version(START, {"manager": "ben"}),), day(10), {"manager": "olga"})
    moved = change_from(planned, day(5), {"manager": "mara"})
    assert [facts_on(moved, day(number)) for number in (4, 5, 10)] == [
        {"manager": "ben"},
        {"manager": "mara"},
        {"manager": "olga"},
    ]


@given(timelines(), days, changes)
def test_a_change_holds_on_its_day_and_leaves_the_days_before_alone(
    timeline: Timeline, on: date, facts: dict[str, str]
) -> None:
    changed = change_from(timeline, on, facts)
    after = facts_on(changed, on)
    assert after is not None
    assert all(after[name] == value for name, value in facts.items())
    for before in (START + timedelta(days=number) for number in range((on - START).days)):
        assert facts_on(changed, before) == facts_on(timeline, before)


@given(timelines(), days, changes)
def test_a_change_made_twice_is_made_once(timeline: Timeline, on: date, facts: dict[str, str]) -> None:
    for change in (change_from, replace_from):
        once = change(timeline, on, facts)
        assert change(once, on, facts) == once


@given(timelines(), days, changes)
def test_facts_that_are_not_named_stay_as_they_are_on_every_day(
    timeline: Timeline, on: date, facts: dict[str, str]
) -> None:
    for changed in (change_from(timeline, on, facts), replace_from(timeline, on, facts)):
        for number in range(40):
            before, after = facts_on(timeline, day(number)), facts_on(changed, day(number))
            assert before is not None
            assert after is not None
            assert {name: after[name] for name in before.keys() - facts.keys()} == {
                name: before[name] for name in before.keys() - facts.keys()
            }


@given(timelines(), days, changes)
def test_versions_are_in_order_and_each_says_something_new(timeline: Timeline, on: date, facts: dict[str, str]) -> None:
    for changed in (change_from(timeline, on, facts), replace_from(timeline, on, facts), begin_on(timeline, on)):
        firsts = [version.valid_from for version in changed]
        assert firsts == sorted(set(firsts))
        assert all(one.facts != next_one.facts for one, next_one in pairwise(changed))


@given(timelines(), days, days, changes)
def test_a_replacement_ends_where_it_is_told_to(
    timeline: Timeline, on: date, until: date, facts: dict[str, str]
) -> None:
    changed = replace_from(timeline, on, facts, until)
    for number in range(40):
        if not on <= day(number) < until:
            assert facts_on(changed, day(number)) == facts_on(timeline, day(number))


def day(number: int) -> date:
    return START + timedelta(days=number)
