"""Stories of drafts: nothing typed is lost, and nothing late overwrites what came before."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.database import transaction
from engine.errors import Conflict, NotAllowed, NotFound
from tests.workflows.reviews.writing import (
    SELF_ASSESSMENT,
    commits,
    everything,
    meanwhile,
    save,
    statements,
    stored,
    the_task,
)
from tests.workflows.small_cycle import LONG, SmallCycle, copied, counted
from workflows.reviews.submitting import save_draft, submit


def test_incomplete_answers_are_kept_as_they_were_typed(stored_cycle: SmallCycle) -> None:
    # Given the open self-assessment of Ann, when she has typed three words of it
    task = the_task(stored_cycle, "self_assessment", "ann")
    save(stored_cycle, task, {"summary": "Half a thought", "achievements": [{"title": ""}]}, by="ann")
    # Then these are kept, as a draft of hers, and the task still waits for her.
    kept = stored(stored_cycle, task)
    assert kept.answers["summary"] == "Half a thought"
    assert (kept.state, kept.author, kept.subject, kept.version) == ("draft", "ann", "ann", 1)
    assert (kept.saved_at, kept.submitted_at) == (stored_cycle.now, None)
    assert the_task(stored_cycle, "self_assessment", "ann").revision == task.revision


def test_every_save_counts(cycle: SmallCycle) -> None:
    task = the_task(cycle, "self_assessment", "ann")
    assert [save(cycle, task, {"summary": str(n)}, by="ann", version=n) for n in range(4)] == [1, 2, 3, 4]
    assert stored(cycle, task).answers["summary"] == "3"


def test_of_two_windows_the_later_is_told(stored_cycle: SmallCycle) -> None:
    # Given a draft that is open in two windows
    task = the_task(stored_cycle, "self_assessment", "ann")
    save(stored_cycle, task, {"summary": "as both windows read it"}, by="ann", version=0)
    # When both save, one after the other
    save(stored_cycle, task, {"summary": "from the first window"}, by="ann", version=1)
    with pytest.raises(Conflict, match="another window"):
        save(stored_cycle, task, {"summary": "from the second window"}, by="ann", version=1)
    # Then the text of the first one stands.
    assert stored(stored_cycle, task).answers["summary"] == "from the first window"


def test_two_windows_that_begin_the_same_form(stored_cycle: SmallCycle) -> None:
    task = the_task(stored_cycle, "self_assessment", "ann")
    save(stored_cycle, task, {"summary": "first"}, by="ann", version=0)
    with pytest.raises(Conflict, match="another window"):
        save(stored_cycle, task, {"summary": "second"}, by="ann", version=0)
    assert stored(stored_cycle, task).answers["summary"] == "first"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["left", "right"]), st.booleans()), max_size=12))
def test_no_window_ever_overwrites_what_it_has_not_read(launched: SmallCycle, moves: list[tuple[str, bool]]) -> None:
    """Each move is a save in one of two windows, reloaded before or not; a save must know the text it replaces."""
    with copied(launched) as cycle:
        task = the_task(cycle, "self_assessment", "ann")
        read = {"left": 0, "right": 0}
        version, text = 0, None
        for number, (window, reloads) in enumerate(moves):
            if reloads:
                read[window] = version
            if read[window] == version:
                text = f"{window} {number}"
                version = read[window] = save(cycle, task, {"summary": text}, by="ann", version=read[window])
            else:
                with pytest.raises(Conflict):
                    save(cycle, task, {"summary": "lost?"}, by="ann", version=read[window])
        if version:
            assert (stored(cycle, task).version, stored(cycle, task).answers["summary"]) == (version, text)


def test_only_the_holder_saves(cycle: SmallCycle) -> None:
    task = the_task(cycle, "self_assessment", "ann")
    before = everything(cycle.factory)
    for stranger in ("ben", "eva", "hugo"):
        with pytest.raises(NotAllowed):
            save(cycle, task, {"summary": "not mine"}, by=stranger)
    with pytest.raises(NotFound):
        save(cycle, type(task)(id=99_999), {"summary": "nowhere"}, by="ann")
    assert everything(cycle.factory) == before


def test_a_draft_after_the_form_was_handed_in_changes_nothing(stored_cycle: SmallCycle) -> None:
    task = the_task(stored_cycle, "self_assessment", "ann")
    with transaction(stored_cycle.factory) as session:
        submit(session, task.id, SELF_ASSESSMENT, by="ann", now=stored_cycle.now)
    before = everything(stored_cycle.factory)
    with pytest.raises(Conflict, match="completed already"):
        save(stored_cycle, task, {"summary": "late"}, by="ann")
    assert everything(stored_cycle.factory) == before


def test_a_draft_of_a_step_that_is_not_needed_any_more_is_refused(cycle: SmallCycle) -> None:
    task = the_task(cycle, "self_assessment", "ann")
    cycle.travel(days=21, minutes=1)
    with pytest.raises(Conflict, match="moved on"):
        save(cycle, task, {"summary": "late"}, by="ann")


def test_handing_in_takes_the_place_of_the_draft(stored_cycle: SmallCycle) -> None:
    task = the_task(stored_cycle, "self_assessment", "ann")
    save(stored_cycle, task, {"summary": "half"}, by="ann")
    with transaction(stored_cycle.factory) as session:
        submit(session, task.id, SELF_ASSESSMENT, by="ann", now=stored_cycle.now)
    kept = stored(stored_cycle, task)
    assert (kept.state, kept.answers["summary"], kept.version) == ("submitted", LONG, 2)


class TestAtTheSameMoment:
    """On PostgreSQL, where two transactions really run at once."""

    def test_a_draft_on_its_way_never_overwrites_what_is_handed_in(self, postgres_cycle: SmallCycle) -> None:
        cycle = postgres_cycle
        task = the_task(cycle, "self_assessment", "ann")
        # Given a form that is being handed in, its transaction not yet at its end
        with cycle.factory() as session:
            submit(session, task.id, SELF_ASSESSMENT, by="ann", now=cycle.now)
            # When an autosave has found the task open and now wants to write, and then the other one commits
            with meanwhile(cycle.factory, lambda: save(cycle, task, {"summary": "late"}, by="ann")) as late:
                session.commit()
        # Then the autosave is told so.
        with pytest.raises(Conflict, match="handed in while this draft was on its way"):
            late.result()
        assert (stored(cycle, task).state, stored(cycle, task).answers["summary"]) == ("submitted", LONG)

    def test_handing_in_waits_for_a_draft_and_then_wins(self, postgres_cycle: SmallCycle) -> None:
        cycle = postgres_cycle
        task = the_task(cycle, "self_assessment", "ann")

        def hand_in() -> None:
            with transaction(cycle.factory) as session:
                submit(session, task.id, SELF_ASSESSMENT, by="ann", now=cycle.now)

        with cycle.factory() as session:
            save_draft(session, task.id, {"summary": "half"}, by="ann", now=cycle.now)
            with meanwhile(cycle.factory, hand_in) as handing_in:
                session.commit()
        handing_in.result()
        assert (stored(cycle, task).state, stored(cycle, task).version) == ("submitted", 2)

    @pytest.mark.parametrize("known", [0, 1])
    def test_two_windows_save_what_both_have_read(self, postgres_cycle: SmallCycle, known: int) -> None:
        cycle = postgres_cycle
        task = the_task(cycle, "self_assessment", "ann")
        if known:
            save(cycle, task, {"summary": "as both read it"}, by="ann")
        with cycle.factory() as session:
            save_draft(session, task.id, {"summary": "left"}, by="ann", now=cycle.now, version=known)
            with meanwhile(
                cycle.factory, lambda: save(cycle, task, {"summary": "right"}, by="ann", version=known)
            ) as right:
                session.commit()
        with pytest.raises(Conflict, match="another window"):
            right.result()
        assert stored(cycle, task).answers["summary"] == "left"

    def test_autosaves_around_the_moment_of_handing_in(self, postgres_cycle: SmallCycle) -> None:
        cycle = postgres_cycle
        people = ("ann", "ben", "dora", "eva", "hugo", "mara", "olga", "rita")
        begin = Barrier(4)

        def type_on(who: str, task_id: int, hand: int) -> str:
            begin.wait()
            for number in range(5):
                try:
                    with transaction(cycle.factory) as session:
                        if hand == 0 and number == 2:
                            submit(session, task_id, SELF_ASSESSMENT, by=who, now=cycle.now)
                        else:
                            save_draft(session, task_id, {"summary": f"{hand} {number}"}, by=who, now=cycle.now)
                except Conflict:
                    return "told"
            return "not told"

        told: Counter[str] = Counter()
        for who in people:
            task = the_task(cycle, "self_assessment", who)
            with ThreadPoolExecutor(4) as pool:
                told.update(pool.map(lambda hand, w=who, t=task.id: type_on(w, t, hand), range(4)))  # type: ignore[misc]
            assert (stored(cycle, task).state, stored(cycle, task).answers["summary"]) == ("submitted", LONG)
        assert told["told"] >= len(people)


@pytest.mark.parametrize("version", [None, 1])
def test_saving_costs_two_statements_and_one_commit(stored_cycle: SmallCycle, version: int | None) -> None:
    task = the_task(stored_cycle, "self_assessment", "ann")
    save(stored_cycle, task, {"summary": "warm"}, by="ann")
    with counted(stored_cycle.factory) as sent, commits(stored_cycle.factory) as made:
        save(stored_cycle, task, {"summary": "again"}, by="ann", version=version)
    assert len(statements(sent)) <= 2, sent
    assert len(made) == 1
