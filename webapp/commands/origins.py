"""Whether the four top-level packages are really ours.

Other distributions install a package called `workflows` too. Two of them in one environment overwrite each other's
files, which would show as a riddle much later; so every start looks first.
"""

import base64
import hashlib
from collections.abc import Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from engine import ConfigurationError

PACKAGES = ("engine", "workflows", "webapp", "bpmn")


def check_origins() -> None:
    """Raise ConfigurationError unless the four packages come from the distribution `reviewflow`."""
    check_places({name: _place_of(name) for name in PACKAGES})
    try:
        check_contents(distribution("reviewflow"))
    except PackageNotFoundError:
        # A checkout that runs without being installed: the places above are all there is to check.
        return


def check_places(places: Mapping[str, Path | None]) -> None:
    """Raise ConfigurationError unless the packages lie side by side."""
    ours = places["webapp"]
    for name, place in places.items():
        if place is None or ours is None or place.parent != ours.parent:
            raise _foreign(name, str(place) if place else "nowhere")


def check_contents(installed: Distribution) -> None:
    """Raise ConfigurationError when a package of the installed distribution was overwritten by another one's."""
    for file in installed.files or ():
        if len(file.parts) == 2 and file.parts[0] in PACKAGES and file.name == "__init__.py" and file.hash is not None:
            place = Path(str(file.locate()))
            digest = hashlib.new(file.hash.mode, place.read_bytes()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
                raise _foreign(file.parts[0], str(place.parent))


def _place_of(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).resolve().parent if spec and spec.origin else None


def _foreign(name: str, place: str) -> ConfigurationError:
    return ConfigurationError(
        f"The Python package “{name}” is not the one of Reviewflow; it was found in {place}. Another distribution of "
        "this environment installs a package of the same name. Give Reviewflow an environment of its own: "
        "python -m venv, then install reviewflow into it."
    )
