"""A file of projects arrives."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.workflows.people.cast import NOW, TODAY, bring_people, bring_projects, cast, told
from workflows.people.imports.undoing import put_back
from workflows.people.organisation import Organisation
from workflows.people.snapshot import organisation_on

APOLLO = ("Apollo,ann,member,2026-01-01,2026-12-01", "Apollo,carl,lead,2026-01-01,", "Apollo,hugo,member,2026-11-01,")


def peers(session: Session, who: str, on: date = TODAY) -> list[str]:
    return [peer.id for peer in Organisation(session, on).project_peers(who)]


def test_it_says_who_works_together_on_which_day(company: Session) -> None:
    report = bring_projects(company, *APOLLO)

    assert (report.rows, report.added, report.written) == (3, ["Apollo"], 3)
    assert Organisation(company, TODAY).projects().leads("Apollo") == ["carl"]
    assert peers(company, "ann") == ["hugo"]
    assert peers(company, "ann", date(2026, 10, 31)) == []
    assert peers(company, "ann", date(2026, 12, 1)) == []


def test_it_takes_the_place_of_what_was_known_of_its_projects_alone(company: Session) -> None:
    bring_projects(company, *APOLLO, "Gemini,mara,lead,2026-01-01,")

    report = bring_projects(company, APOLLO[0], "Apollo,hugo,lead,2026-11-01,", "Vostok,ben,lead,2026-01-01,")

    assert (report.added, report.changed, report.missing) == (["Vostok"], ["Apollo"], ["Gemini"])
    projects = organisation_on(company, TODAY).projects()
    assert [projects.leads(name) for name in ("Apollo", "Gemini", "Vostok")] == [["hugo"], ["mara"], ["ben"]]
    assert projects.of("carl") == []


def test_the_same_file_again_writes_nothing_and_a_dry_run_neither(company: Session) -> None:
    assert bring_projects(company, *APOLLO, dry_run=True).written == 3
    assert peers(company, "ann") == []
    bring_projects(company, *APOLLO)
    again = bring_projects(company, *APOLLO)
    assert (again.written, again.unchanged, again.import_id) == (0, 1, None)


def test_it_can_be_taken_back(company: Session) -> None:
    bring_projects(company, *APOLLO)
    report = bring_projects(company, "Apollo,ann,lead,2026-01-01,")
    assert peers(company, "hugo") == []

    put_back(company, report.import_id or 0, by="hugo", now=NOW)

    assert peers(company, "hugo") == ["ann"]


def test_who_is_in_a_project_stays_there_with_the_next_people_file(company: Session) -> None:
    bring_projects(company, *APOLLO)
    bring_people(company, cast()[:-1])
    assert peers(company, "ann") == ["hugo"]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (",ann,member,2026-01-01,", ("project", "", "missing")),
        (f"{'x' * 81},ann,member,2026-01-01,", ("project", "x" * 81, "longer than 80 characters")),
        ("Apollo,stranger,lead,2026-01-01,", ("person_id", "stranger", "person does not exist")),
        ("Apollo,ann,boss,2026-01-01,", ("role", "boss", "not one of lead, member")),
        ("Apollo,ann,lead,soon,", ("valid_from", "soon", "not a date")),
        ("Apollo,ann,lead,2026-01-01,2026-01-01", ("valid_to", "2026-01-01", "not after valid_from")),
        ("Apollo,carl,lead,2026-06-01,", ("valid_from", "2026-06-01", "already in the project on that day by line 2")),
    ],
)
def test_a_defect_keeps_all_out(company: Session, row: str, found: tuple[str, str, str]) -> None:
    report = bring_projects(company, "Apollo,carl,member,2026-01-01,2026-06-02", row)
    assert told(report) == [(3, *found)]
    assert Organisation(company, TODAY).projects().of("carl") == []


def test_one_role_may_follow_another_and_a_project_without_a_lead_is_noted(company: Session) -> None:
    report = bring_projects(
        company,
        "Apollo,carl,member,2026-01-01,2026-06-01",
        "Apollo,carl,lead,2026-06-01,",
        "Gemini,ann,member,2026-01-01,",
    )
    assert report.is_valid
    assert [(note.line, note.value, note.problem) for note in report.notes] == [(4, "Gemini", "nobody leads it")]
