"""What is declared, what is pinned and what is installed are the same."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["build"]]
DEVELOPMENT = [*RUNTIME, *PROJECT["optional-dependencies"]["dev"]]


def read_pins(name: str) -> dict[str, Version]:
    """The pinned version of every distribution in a lock file."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==(\S+) \\\n    --hash=sha256:", text, flags=re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\w", text, flags=re.MULTILINE)), f"{name} has lines without a version or hash"
    return {canonicalize_name(name): Version(version) for name, version in pins}


@pytest.mark.parametrize(("lock", "declared"), [("base.txt", RUNTIME), ("dev.txt", DEVELOPMENT)])
def test_every_declared_dependency_is_pinned_as_declared(lock: str, declared: list[str]) -> None:
    pins = read_pins(lock)
    wrong = [
        requirement
        for requirement in map(Requirement, declared)
        if pins.get(canonicalize_name(requirement.name), Version("0")) not in requirement.specifier
    ]
    assert wrong == [], "run 'make lock'"


def test_development_runs_on_the_versions_of_production() -> None:
    development = read_pins("dev.txt")
    assert {name: version for name, version in read_pins("base.txt").items() if development.get(name) != version} == {}


def test_browser_packages_are_pinned_exactly_and_from_no_particular_registry() -> None:
    frontend = ROOT / "webapp" / "frontend"
    declared = json.loads((frontend / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((frontend / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    versions = declared["dependencies"] | declared["devDependencies"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in versions} == versions
    assert [path for path, about in locked.items() if path and ("resolved" in about or "integrity" not in about)] == []
