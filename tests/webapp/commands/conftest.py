"""The program on an installation of the test's own, with a sample company where one is wanted."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from engine import clock
from webapp.commands.program import run
from workflows.people.sample import write_sample


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        """What it printed, read as JSON."""
        return orjson.loads(self.out)


Program = Callable[..., Outcome]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of this test's installation; it does not exist yet."""
    folder = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEWFLOW_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def reviewflow(data_dir: Path, capfd: pytest.CaptureFixture[str]) -> Program:
    """Runs the program as typed at a terminal, on an installation that has nothing yet."""

    def call(*arguments: str) -> Outcome:
        code = run(arguments)
        return Outcome(code, *capfd.readouterr())

    return call


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with people.csv and org_units.csv of the sample company."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, clock.now().date())
    return folder


@pytest.fixture(scope="session")
def company_file(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sample company and the annual review in it; tests get copies."""
    folder = tmp_path_factory.mktemp("company")
    people = ["--people", str(sample / "people.csv"), "--units", str(sample / "org_units.csv")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVIEWFLOW_DATA_DIR", str(folder))
        for command in (["db", "upgrade"], ["people", "import", *people], ["deploy", "annual_review"]):
            assert run(command) == 0
    return folder / "reviewflow.db"


@pytest.fixture
def company(reviewflow: Program, company_file: Path, data_dir: Path) -> Program:
    """Runs the program on an installation with the sample company and the annual review."""
    data_dir.mkdir()
    shutil.copyfile(company_file, data_dir / "reviewflow.db")
    return reviewflow
