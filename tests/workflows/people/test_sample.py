"""The invented company that every clone can try the product with."""

from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from tests.workflows.people.cast import NOW, TODAY
from workflows.people.imports.people import import_people
from workflows.people.imports.units import import_units
from workflows.people.organisation import load_organisation
from workflows.people.sample import write_sample


def test_the_sample_imports_without_a_defect(session: Session, tmp_path: Path) -> None:
    people, units = write_sample(tmp_path, TODAY)
    told = [
        read(session, file.read_bytes(), file_name=file.name, by="system", now=NOW, effective=TODAY)
        for read, file in ((import_people, people), (import_units, units))
    ]
    assert [report.defects for report in told] == [[], []]
    assert [note.problem for note in told[0].notes] == ["no manager"]
    assert told[1].notes == []

    organisation = load_organisation(session, TODAY)
    everybody = organisation.everybody()
    chief = organisation.chief_executive()
    assert len(everybody) == 96
    assert chief is not None
    assert len(organisation.everybody_below(chief.id)) == 94
    assert {person.status for person in everybody} == {"active", "leave", "terminated"}
    assert {person.employment_type for person in everybody} == {"employee", "contractor"}
    assert all(organisation.hr_partner(person.id) for person in everybody)
    assert all(organisation.head_of_unit(unit) for unit in organisation.units())
    assert any(organisation.dotted_managers(person.id) for person in everybody)


def test_the_same_day_gives_the_same_company(tmp_path: Path) -> None:
    first, second = write_sample(tmp_path / "1", TODAY), write_sample(tmp_path / "2", TODAY)
    other_day = write_sample(tmp_path / "3", date(2027, 5, 1))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    assert first[0].read_bytes() != other_day[0].read_bytes()
