"""Making up the files: the same ones every time for the same day."""

import csv
import random
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

from workflows.people.imports.people_file import PEOPLE_HEADER
from workflows.people.sample.names import (
    BAND_MIDS,
    COMPANY,
    DOMAIN,
    FAMILY_NAMES,
    FUNCTIONS,
    GIVEN_NAMES,
    PLACES,
)

_TEAMS = 3
_SPECIALISTS = 5
_TOP_UNIT = "FI"

Cells = dict[str, str]


def write_sample(folder: Path, on: date) -> tuple[Path, Path]:
    """Write people.csv and org_units.csv of an invented company as of a day into `folder`; returns their paths.

    96 people in five functions, with what real life has: a leave, a contractor, part time, a dotted line, a post
    without a manager, somebody who has left and somebody who has just joined.
    """
    company = _Company(on)
    folder.mkdir(parents=True, exist_ok=True)
    people, units = folder / "people.csv", folder / "org_units.csv"
    _write(people, PEOPLE_HEADER, company.people)
    _write(units, ("org_unit", "name", "parent", "head_id", "cost_centre"), company.units)
    return people, units


def _write(path: Path, header: tuple[str, ...], rows: list[Cells]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)


class _Company:
    """The company while it is being made up."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.people: list[Cells] = []
        self.units: list[Cells] = []
        self._chance = random.Random(20)  # noqa: S311 - invented data, and the same every time
        self._names = [f"{given} {family}" for given, family in product(GIVEN_NAMES, FAMILY_NAMES)]
        self._chance.shuffle(self._names)
        self._hire_everybody()
        self._let_life_happen()

    def _hire_everybody(self) -> None:
        chief = self._add_person("", "E3", "Chief Executive Officer", "Executive", _TOP_UNIT)
        self._add_unit(_TOP_UNIT, COMPANY, "", chief)
        for function in FUNCTIONS:
            unit = function[:3].upper()
            head = self._add_person(chief, "E2", f"Chief {function} Officer", function, unit)
            self._add_unit(unit, function, _TOP_UNIT, head)
            for number in range(1, _TEAMS + 1):
                self._add_team(function, unit, head, number)

    def _add_team(self, function: str, unit: str, head: str, number: int) -> None:
        team = f"{unit}{number}"
        lead = self._add_person(head, "G8", f"Manager, {function} {number}", function, team)
        self._add_unit(team, f"{function} {number}", unit, lead)
        for _ in range(_SPECIALISTS):
            grade = self._chance.choice(("G3", "G4", "G4", "G5", "G5", "G6", "G7"))
            self._add_person(lead, grade, f"{function} Specialist", function, team)

    def _add_unit(self, unit: str, name: str, parent: str, head: str) -> None:
        self.units.append(
            {"org_unit": unit, "name": name, "parent": parent, "head_id": head, "cost_centre": f"CC-{unit}"}
        )

    def _add_person(self, manager: str, grade: str, title: str, function: str, unit: str) -> str:
        number = len(self.people) + 1
        name = self._names.pop()
        hired = self.on - timedelta(days=self._chance.randint(200, 3000) + (2000 if grade.startswith("E") else 0))
        person = dict.fromkeys(PEOPLE_HEADER, "")
        person |= {
            "employee_id": f"F{number:04}",
            "name": name,
            "email": _address(name, number),
            "manager_id": manager,
            "org_unit": unit,
            "job_title": title,
            "grade": grade,
            "job_family": function,
            "employment_type": "employee",
            "status": "active",
            "hire_date": hired.isoformat(),
            "cost_centre": f"CC-{unit}",
            "fte": "1.0",
            "gender": self._chance.choice(("f", "m", "f", "m", "f", "m", "x", "")),
            "birth_year": str(self.on.year - self._chance.randint(24, 62)),
        }
        self.people.append(person | self._place_and_pay(grade))
        return person["employee_id"]

    def _place_and_pay(self, grade: str) -> Cells:
        place = self._chance.choices(PLACES, weights=(5, 3, 2, 2))[0]
        middle = BAND_MIDS[grade] * place.pay
        salary = middle * Decimal(self._chance.randint(80, 120)) / 100
        return {
            "site": place.site,
            "country": place.country,
            "time_zone": place.time_zone,
            "language": place.language,
            "works_council": "yes" if place.country == "DE" else "no",
            "currency": place.currency,
            "salary": str(round(salary)),
            "band_min": str(round(middle * Decimal("0.8"))),
            "band_mid": str(round(middle)),
            "band_max": str(round(middle * Decimal("1.2"))),
            "bonus_target_pct": "25" if grade.startswith("E") else "8",
        }

    def _let_life_happen(self) -> None:
        self._assign_partners()
        staff = [person for person in self.people if person["grade"] < "G8" and person["grade"].startswith("G")]
        self._chance.shuffle(staff)
        away, contractor, part_time, alone, gone, new, *others = staff
        away |= {"status": "leave", "leave_from": self._day(-60), "leave_to": self._day(90)}
        contractor["employment_type"] = "contractor"
        part_time["fte"] = "0.6"
        alone["manager_id"] = ""
        gone |= {"status": "terminated", "termination_date": self._day(-20)}
        new["hire_date"] = self._day(-25)
        for person in others[:6]:
            person["dotted_manager_ids"] = self._chance.choice(self._leads_outside(person))["employee_id"]
        for person in others[6:30]:
            promoted = date.fromisoformat(person["hire_date"]) + timedelta(days=self._chance.randint(100, 190))
            person["last_promotion_date"] = promoted.isoformat()

    def _assign_partners(self) -> None:
        partners = [person["employee_id"] for person in self.people if person["job_title"] == "People Specialist"][:3]
        for person in self.people:
            choices = [partner for partner in partners if partner != person["employee_id"]]
            person["hrbp_id"] = self._chance.choice(choices)

    def _leads_outside(self, person: Cells) -> list[Cells]:
        return [
            lead
            for lead in self.people
            if lead["grade"] == "G8" and lead["job_family"] != person["job_family"] and lead["status"] == "active"
        ]

    def _day(self, distance: int) -> str:
        return (self.on + timedelta(days=distance)).isoformat()


def _address(name: str, number: int) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return f"{plain.replace(' ', '.').replace(chr(39), '')}.{number}@{DOMAIN}"
