"""What can be set from outside, read from the environment.

Every setting has a default that runs on one machine without anything else; production asks for more. Secrets
never appear in a message or a representation.
"""

import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine import ConfigurationError

PREFIX = "REVIEWFLOW_"
SHORTEST_SECRET = 32

REMEDIES = {
    "environment": "Write embedded (everything on one machine) or production.",
    "data_dir": "Write the path of a folder.",
    "database_url": "Write sqlite:///path/to/file.db or postgresql://user:password@host/name.",
    "broker_url": "Write memory://, redis://host:6379/0 or amqp://user:password@host//.",
    "secret_key": f"Write at least {SHORTEST_SECRET} random characters, the same for every web process.",
    "trusted_proxies": "Write how many proxies stand in front, for instance 1.",
    "base_address": "Write where people reach Reviewflow, for instance https://reviews.company.example.",
    "mail_host": "Write the name of your mail server, for instance mail.company.example.",
    "mail_port": "Write a port, for instance 587.",
    "mail_security": "Write starttls (port 587), tls (port 465) or none (a server on this machine).",
    "mail_sender": "Write the address that mails come from, for instance reviews@company.example.",
    "mail_kept_days": "Write a number of days from 30 to 3650.",
    "mail_password_file": "Write the path of a file that holds the password of the mail server and nothing else.",
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
    base_address: str = ""
    mail_host: str = ""
    mail_port: int = Field(default=587, ge=1, le=65535)
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_user: str = ""
    mail_password: str = Field(default="", repr=False)
    mail_password_file: Path | None = None
    mail_sender: str = ""
    mail_kept_days: int = Field(default=180, ge=30, le=3650)

    @property
    def sends_mail(self) -> bool:
        """Whether mail is set up; without it people are told inside the product alone."""
        return bool(self.mail_host)

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

    @field_validator("base_address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        if address and (not urlsplit(address).hostname or urlsplit(address).scheme not in ("http", "https")):
            raise ValueError("this is not the address of a site")
        return address.rstrip("/")

    @field_validator("mail_sender")
    @classmethod
    def _is_mail_address(cls, sender: str) -> str:
        if sender and not re.fullmatch(r"[\w.+-]+@[\w.-]+", sender, re.ASCII):
            raise ValueError("this is not an e-mail address")
        return sender

    @field_validator("mail_password_file")
    @classmethod
    def _is_readable(cls, path: Path | None) -> Path | None:
        if path is not None and not (path.is_file() and os.access(path, os.R_OK)):
            raise ValueError("there is no such file, or it cannot be read")
        return path

    @model_validator(mode="after")
    def _complete_mail(self) -> Self:
        if self.mail_host:
            for name in ("base_address", "mail_sender"):
                if not getattr(self, name):
                    raise ConfigurationError(
                        f"{PREFIX}{name.upper()} is missing, which mails need. {REMEDIES[name]} "
                        f"Or unset {PREFIX}MAIL_HOST: then people are told inside Reviewflow alone."
                    )
        if self.mail_password_file is not None:
            object.__setattr__(self, "mail_password", self.mail_password_file.read_text(encoding="utf-8").strip())
        return self

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
