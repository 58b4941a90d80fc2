"""Where the assumptions of a dry run come from: a file, what is shipped with the process, or what holds for all."""

import json
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from engine import NotFound
from workflows.cycles.shipped import list_shipped
from workflows.simulation.assumptions import Assumptions, AssumptionsInvalid, read_assumptions

FILE_NAME = "assumptions.toml"


def usual_assumptions(key: str) -> Assumptions:
    """What is assumed of a process unless somebody says otherwise: for a shipped one, what comes with it."""
    for process in list_shipped():
        file = files("bpmn").joinpath(process.package, FILE_NAME)
        if process.key == key and file.is_file():
            return read_assumptions(_parse(file))
    return Assumptions()


def load_assumptions(path: Path, base: Assumptions) -> Assumptions:
    """The assumptions of a TOML or JSON file over those of `base`. Raises AssumptionsInvalid, NotFound."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}. Name a TOML or JSON file with assumptions.")
    return read_assumptions(_parse(path), base)


def _parse(file: Path | Traversable) -> Mapping[str, Any]:
    text = file.read_text(encoding="utf-8")
    try:
        found = json.loads(text) if file.name.endswith(".json") else tomllib.loads(text)
    except ValueError as error:
        raise AssumptionsInvalid(f"{file.name} cannot be read: {error}.") from None
    if not isinstance(found, dict):
        raise AssumptionsInvalid(f"{file.name} holds no names with values. Write one, for instance: minutes_a_day = 60")
    return found
