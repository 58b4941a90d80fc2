"""Conflict of interest is an invariant of the product: whatever happens in whatever order, and whoever tries."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from engine.database import connect, create_session_factory
from tests.workflows.routing.gate_ground import Ground
from tests.workflows.routing.gate_looking_back import LookingBackMachine
from tests.workflows.routing.gate_machine import GateMachine
from tests.workflows.routing.gate_mutants import LOOKING_BACK, MUTATIONS, Mutation
from tests.workflows.routing.gate_world import founded
from webapp import create_app
from webapp.settings import Settings

QUICK = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    phases=(Phase.generate,),
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

FOUND = r" (holds|decided|wrote|sent back|is open|is answered) "

MACHINES = {GateMachine: MUTATIONS, LookingBackMachine: LOOKING_BACK}
HOLES = [
    pytest.param(machine, mutation, id=name)
    for machine, mutations in MACHINES.items()
    for name, mutation in mutations.items()
]


@pytest.fixture(scope="module", autouse=True)
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The company that the machines begin with, and the application in front of it."""
    engine = connect("sqlite://")
    Ground.factory = create_session_factory(engine)
    Ground.app = create_app(Settings(data_dir=tmp_path_factory.mktemp("gate")), session_factory=Ground.factory)
    Ground.app.config["WTF_CSRF_ENABLED"] = False
    with founded() as Ground.founded:
        yield
    engine.dispose()


@pytest.mark.parametrize("machine", MACHINES)
def test_nobody_in_conflict_ever_holds_or_decides(machine: type[Ground]) -> None:
    run_state_machine_as_test(machine, settings=QUICK)


@pytest.mark.parametrize(("machine", "mutation"), HOLES)
def test_a_gate_with_a_hole_is_found_out(
    machine: type[Ground], mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation(monkeypatch)

    with pytest.raises(AssertionError, match=FOUND):
        run_state_machine_as_test(machine, settings=settings(QUICK, max_examples=200))
