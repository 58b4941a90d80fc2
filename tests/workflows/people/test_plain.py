"""People are found without the accents of their names, on every database."""

import pytest

from engine.database import SessionFactory, transaction
from tests.workflows.people.cast import TODAY, bring_people, bring_units, person
from workflows.people.plain import plain
from workflows.people.search import search_people


@pytest.fixture
def known(factory: SessionFactory) -> SessionFactory:
    """A company with names from everywhere."""
    rows = [
        person("w", name="Wanjiru Søndergaard"),
        person("o", name="Öykü Łukasik"),
        person("s", name="Sofía García-Ibáñez"),
    ]
    with transaction(factory) as session:
        bring_units(session)
        assert bring_people(session, rows).is_valid
    return factory


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sondergaard", "Wanjiru Søndergaard"),
        ("SØNDER", "Wanjiru Søndergaard"),
        ("wanjiru sønd", "Wanjiru Søndergaard"),
        ("oyku luka", "Öykü Łukasik"),
        ("o\u0308yku\u0308", "Öykü Łukasik"),
        ("garcia-iba", "Sofía García-Ibáñez"),
    ],
)
def test_a_name_is_found_as_one_types_it(known: SessionFactory, typed: str, found: str) -> None:
    with known() as session:
        assert [row.person.name for row in search_people(session, TODAY, search=typed, limit=9).rows] == [found]


@pytest.mark.parametrize("typed", ["%", "_", "so_dergaard", "sundergaard"])
def test_what_is_no_part_of_a_name_finds_nobody(known: SessionFactory, typed: str) -> None:
    with known() as session:
        assert search_people(session, TODAY, search=typed, limit=9).total == 0


def test_a_text_stays_as_long_as_it_is() -> None:
    for text in ("Straße", "Æsa Ørsted", "ÐĐŁŒ", "Wanjiru Søndergaard", "山田"):
        assert len(plain(text)) == len(text)
