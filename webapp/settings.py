"""What can be set from outside, read from the environment.

Every setting has a default that runs on one machine without anything else; production asks for more. Secrets
never appear in a message or a representation.
"""

import os
import secrets
import tempfile
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import ConfigurationError

PREFIX = "REVIEWFLOW_"
SHORTEST_SECRET = 32

REMEDIES = {
    "environment": "Write embedded (everything on one machine) or production.",
    "data_dir": "Write the path of a folder.",
    "database_url": "Write sqlite:///path/to/file.db or postgresql://user:password@host/name.",
    "broker_url": "Write memory://, redis://host:6379/0 or amqp://user:password@host//.",
    "secret_key": f"Write at least {SHORTEST_SECRET} random characters, the same for every web process.",
    "trusted_proxies": "Write how many proxies stand in front, for instance 1.",
}


class Settings(BaseSettings):
    """The settings of one installation. Built by `load_settings`, or directly by tests."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Literal["embedded", "production"] = "embedded"
    data_dir: Path = Path(".reviewflow")
    database_url: str = Field(default="", repr=False)
    broker_url: str = Field(default="memory://", repr=False)
    secret_key: str = Field(default="", repr=False)
    trusted_proxies: int = Field(default=0, ge=0, le=5)

    @property
    def production(self) -> bool:
        """Whether this is a production installation: HTTPS only, and nothing generated."""
        return self.environment == "production"

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:", "postgresql:", "postgres:")):
            raise ValueError("this is not a database that Reviewflow runs on")
        return url

    @field_validator("broker_url")
    @classmethod
    def _is_known_broker(cls, url: str) -> str:
        if not url.startswith(("memory:", "redis:", "rediss:", "amqp:", "amqps:")):
            raise ValueError("this is not a broker that Reviewflow can use")
        return url

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, key: str) -> str:
        if key and len(key) < SHORTEST_SECRET:
            raise ValueError("the key is too short to be safe")
        return key

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        if self.production and not self.secret_key:
            raise ConfigurationError(f"{PREFIX}SECRET_KEY is missing. {REMEDIES['secret_key']}")
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir.absolute() / 'reviewflow.db'}")
        if not self.secret_key:
            object.__setattr__(self, "secret_key", _keep_secret(self.data_dir))
        return self


def load_settings() -> Settings:
    """The settings of the environment. Raises ConfigurationError, one line a wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigurationError(
            "\n".join(_explain(str(part["loc"][0]), part["msg"]) for part in error.errors())
        ) from None


def _explain(field: str, problem: str) -> str:
    reason = problem.removeprefix("Value error, ")
    return f"{PREFIX}{field.upper()} cannot be used: {reason[:1].lower()}{reason[1:]}. {REMEDIES[field]}"


def _keep_secret(data_dir: Path) -> str:
    """The key of this data folder, generated the first time. Two processes starting at once agree on one key."""
    path = data_dir / "secret-key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        key = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(
            f"The data folder {data_dir} cannot be written ({error.strerror}). "
            f"Write the path of another folder in {PREFIX}DATA_DIR."
        ) from None
    if len(key) < SHORTEST_SECRET:
        raise ConfigurationError(f"The file {path} is damaged. Delete it; everybody will have to sign in again.")
    return key


def _write_once(path: Path, text: str) -> None:
    """Write a private file whole, or keep the one that another process or thread has just put there."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
