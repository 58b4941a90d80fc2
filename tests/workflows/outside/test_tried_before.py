"""A process that asks people outside, tried before it is launched."""

from pathlib import Path

from tests.engine.pictures import with_pictures
from tests.workflows.outside.feedback import VERA, WORDS, package
from tests.workflows.simulation.playing import company, play
from tests.workflows.walking.test_walking import begin, hand_in, see


def test_a_walk_through_plays_whoever_is_outside(tmp_path: Path) -> None:
    with company(f"sqlite:///{tmp_path}/live.db") as live:
        walk = begin(live, with_pictures(package()))
        hand_in(live, walk, 0, **VERA)
        [task] = see(live, walk).tasks
        assert [role.name for role in task.roles] == ["Vera Klein (outside person)"]
        hand_in(live, walk, 1, **WORDS)
        assert [one.name for one in see(live, walk).tasks] == ["Read it"]


def test_a_dry_run_gives_their_steps_to_the_hr_partner() -> None:
    with company() as live:
        report = play(live, with_pictures(package()))
    assert (report.tasks, report.done) == (24, 24)
    assert {one.id: one.tasks for one in report.people}["hugo"] > 8
