"""What a page offers to narrow a list by, in the order in which people look for it."""

from engine.database import SessionFactory, transaction
from tests.workflows.people.cast import TODAY, UNITS, bring_units
from workflows.people.values import list_values


def test_units_stand_below_their_parents_in_the_order_of_their_numbers(factory: SessionFactory) -> None:
    teams = [{**UNITS[-1], "org_unit": f"T{number}", "name": f"Alpha {number}"} for number in (10, 2, 1)]
    with transaction(factory) as session:
        assert bring_units(session, [*UNITS, *teams]).is_valid
        named = [unit.name for unit, _ in list_values(session, TODAY).units]
    assert [name for name in named if name.startswith("Alpha")] == ["Alpha 1", "Alpha 2", "Alpha 10"]
