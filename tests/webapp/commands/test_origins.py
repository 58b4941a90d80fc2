"""Whether a foreign package in the place of ours is noticed."""

import base64
import hashlib
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from engine.errors import ConfigurationError
from webapp.commands.origins import PACKAGES, check_contents, check_origins, check_places


@pytest.fixture
def installed(tmp_path: Path) -> Distribution:
    """An installation of our packages as pip leaves it."""
    record = []
    for name in PACKAGES:
        content = f'"""Our {name}."""\n'.encode()
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record.append(f"{name}/__init__.py,sha256={digest},{len(content)}")
    info = tmp_path / "reviewflow-0.1.0.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("\n".join(record))
    return Distribution.at(info)


def test_this_very_environment_is_in_order() -> None:
    check_origins()


def test_a_package_from_elsewhere_is_named(tmp_path: Path) -> None:
    places: dict[str, Path | None] = {name: tmp_path / "ours" / name for name in PACKAGES}
    check_places(places)
    places["workflows"] = tmp_path / "theirs" / "workflows"
    with pytest.raises(ConfigurationError, match=r"“workflows” is not the one of Reviewflow; it was found in .*theirs"):
        check_places(places)


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    places: dict[str, Path | None] = {name: tmp_path / name for name in PACKAGES}
    with pytest.raises(ConfigurationError, match="“bpmn” is not the one of Reviewflow; it was found in nowhere"):
        check_places(places | {"bpmn": None})


def test_a_package_that_another_distribution_overwrote_is_named(installed: Distribution, tmp_path: Path) -> None:
    check_contents(installed)
    (tmp_path / "workflows" / "__init__.py").write_text('"""Somebody else\'s workflows."""\n')
    with pytest.raises(ConfigurationError, match="Give Reviewflow an environment of its own"):
        check_contents(installed)
