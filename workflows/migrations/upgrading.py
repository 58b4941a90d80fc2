"""Bringing a database to the schema of this version, and noticing when it is not."""

from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData

from engine import Base, ConfigurationError

HERE = Path(__file__).parent
MODELS = (
    "engine.models",
    "engine.migration.models",
    "workflows.people.models",
    "workflows.cycles.models",
    "workflows.reviews.models",
    "workflows.calibration.models",
    "workflows.rewards.models",
    "workflows.promotions.models",
    "workflows.asking.models",
    "workflows.outside.models",
    "workflows.notifications.models",
    "workflows.designs.models",
    "workflows.inbox.models",
    "workflows.cases.models",
    "workflows.simulation.models",
    "workflows.voting.models",
    "workflows.walking.models",
)


class SchemaOutdated(ConfigurationError):
    """The database has no schema yet, or that of another version."""


def metadata() -> MetaData:
    """Every table of the product."""
    for module in MODELS:
        import_module(module)
    return Base.metadata


def upgrade(engine: Engine) -> None:
    """Create or migrate the schema behind `engine` to the one of this version; data is kept."""
    settings = config()
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def check_schema(engine: Engine) -> None:
    """Raise SchemaOutdated, saying what to do, unless the database has the schema of this version."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    head = ScriptDirectory.from_config(config()).get_current_head()
    if current is None:
        raise SchemaOutdated("The database is empty. Create its tables first: reviewflow db upgrade")
    if current != head:
        raise SchemaOutdated("The database belongs to another version of Reviewflow. Run: reviewflow db upgrade")


def config() -> Config:
    """Where the migrations are."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.set_main_option("path_separator", "os")
    return settings
