"""A real Chromium for the browser tests.

Playwright's own download of browsers is not used: the operating system's Chromium is kept up to date by the
system, and it is the one people have. Run as a program, this module installs it where that is possible.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

# QUIC, updates and sync would talk to the internet; the sandbox does not start as root or in most containers.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def can_install() -> bool:
    """Whether this machine lets us install system packages: Debian's tools and the rights to use them."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_chromium() -> None:
    """Install Debian's Chromium. Raises CalledProcessError when a package can not be had."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update",), ("install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core")):
        subprocess.run(
            ["apt-get", "-qq", *arguments], check=True, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr
        )


def provide_chromium() -> str | None:
    """The path of a Chromium, installed first when it is missing and this machine allows it; None otherwise."""
    found = find_chromium()
    if found is None and can_install():
        try:
            install_chromium()
        except subprocess.CalledProcessError as error:
            print(f"Chromium could not be installed: {error}", file=sys.stderr)
        found = find_chromium()
    return found


def main() -> int:
    """Provide Chromium; tells what is missing, and fails only where CI promises browser tests."""
    if path := provide_chromium():
        print(f"Chromium: {path}")
        return 0
    print(
        "Chromium is not installed, so browser tests can not run. Install it: apt-get install chromium",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
