"""Every figure the documentation promises, measured now: make bench."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import annual_review, constancy, designer, dry_run, feel_bench, inbox_bench, weight
from tests.services.postgres import run_postgres


def main() -> None:
    """Print a table of what was measured, as it is measured."""
    for label, figure, unit in _rows():
        print(f"{label:<78} {figure:>12,.2f} {unit}")
        sys.stdout.flush()


def _rows() -> Iterator[annual_review.Row]:
    with run_postgres(durable=True) as server:
        pid = server.process.pid if server.process else None
        yield from annual_review.run_product("PostgreSQL", server.create_database(), pid)
        yield from annual_review.run_bare_spiff(server)
        yield from inbox_bench.run_inbox(server.create_database(), pid)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        yield from annual_review.run_product("SQLite", url, None)
    yield from constancy.run()
    yield from dry_run.run()
    yield from feel_bench.run()
    yield from designer.run()
    yield from weight.run()


if __name__ == "__main__":
    main()
