"""The names, places and functions of the invented company. Any likeness to living people is chance."""

from dataclasses import dataclass
from decimal import Decimal

COMPANY = "Fernhill Instruments"
DOMAIN = "fernhill.example"

GIVEN_NAMES = (
    "Adaeze", "Aisha", "Ana", "Anders", "Beatriz", "Caio", "Carmen", "Chidi", "Clara", "Daniel", "Elena", "Emre",
    "Fatima", "Felix", "Greta", "Hanna", "Ibrahim", "Ingrid", "Jakub", "Joana", "Jonas", "Katarzyna", "Kenji", "Laila",
    "Lars", "Leonie", "Luca", "Maja", "Marta", "Mateus", "Milan", "Nadia", "Noah", "Oluwaseun", "Petra", "Priya",
    "Rafael", "Rohan", "Sakura", "Selma", "Sofia", "Tariq", "Teresa", "Tomas", "Vera", "Yara", "Zofia", "Zoe",
)  # fmt: skip
FAMILY_NAMES = (
    "Adeyemi", "Andrade", "Antunes", "Berger", "Bianchi", "Brandt", "Carvalho", "Chen", "Dahl", "Demir", "Dupont",
    "Eze", "Fischer", "Garcia", "Gupta", "Haddad", "Hansen", "Hartmann", "Iyer", "Jansson", "Keller", "Kim", "Kovacs",
    "Krüger", "Larsen", "Lindqvist", "Mehta", "Mendes", "Moretti", "Müller", "Nakamura", "Novak", "Nwosu", "O'Connor",
    "Okoro", "Oliveira", "Pereira", "Popescu", "Rao", "Ribeiro", "Richter", "Sato", "Schulz", "Silva", "Sousa",
    "Tran", "Vogel", "Woźniak", "Yilmaz", "Zielińska",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A site with what follows from it. `pay` is how many units of the currency one euro of salary becomes."""

    site: str
    country: str
    time_zone: str
    currency: str
    pay: Decimal
    language: str


PLACES = (
    Place("Hamburg", "DE", "Europe/Berlin", "EUR", Decimal(1), "de"),
    Place("Chicago", "US", "America/Chicago", "USD", Decimal("1.2"), "en"),
    Place("Lisbon", "PT", "Europe/Lisbon", "EUR", Decimal("0.8"), "pt"),
    Place("Pune", "IN", "Asia/Kolkata", "INR", Decimal(40), "en"),
)

FUNCTIONS = ("Engineering", "Product", "Sales", "Operations", "People")

BAND_MIDS = {
    "G3": 40_000,
    "G4": 48_000,
    "G5": 58_000,
    "G6": 70_000,
    "G7": 84_000,
    "G8": 102_000,
    "E1": 140_000,
    "E2": 185_000,
    "E3": 260_000,
}
"""The middle of the yearly pay band of each grade, in euros."""
