"""The program `reviewflow`: everything that is started, set up or looked after from a terminal."""

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command of the command line, and end the process with its exit code."""
    # What is imported is no garbage, and to look for some in it takes a sixth of the start.
    gc.disable()
    # First of all: with a foreign package in the place of ours, the imports of the commands would fail with a riddle.
    from webapp.commands.origins import check_origins

    try:
        check_origins()
    except Exception as error:  # noqa: BLE001 - said in one line, whatever it is
        sys.exit(f"{error}")
    from webapp.commands.program import run

    sys.exit(run())
