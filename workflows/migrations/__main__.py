"""Write a migration for what has changed in the models: python -m workflows.migrations "what changes"."""

import sys
from tempfile import TemporaryDirectory

from alembic import command

from engine import connect
from workflows.migrations.upgrading import config, upgrade


def main(message: str) -> None:
    """Compare the models with the migrations there are, on a database made for it, and write the difference."""
    with TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/compared.db")
        upgrade(engine)
        settings = config()
        with engine.begin() as connection:
            settings.attributes["connection"] = connection
            command.revision(settings, message=message, autogenerate=True)
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
