"""Settings from the environment: sensible without any, and clear about what is wrong."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import ConfigurationError
from webapp.settings import Settings, load_settings

SECRET = "s3cret-words-that-nobody-should-read-anywhere"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".reviewflow"


def test_without_any_setting_everything_lives_in_one_folder(data_dir: Path) -> None:
    settings = load_settings()
    assert settings.database_url == f"sqlite:///{data_dir / 'reviewflow.db'}"
    assert settings.broker_url == "memory://"
    assert not settings.production


def test_the_key_is_made_once_and_only_its_owner_can_read_it(data_dir: Path) -> None:
    first = load_settings().secret_key
    assert len(first) >= 32
    assert load_settings().secret_key == first
    assert stat.S_IMODE((data_dir / "secret-key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Settings(data_dir=tmp_path / "shared").secret_key, range(8)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "shared").iterdir()] == ["secret-key"]


def test_production_never_makes_up_a_key(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    monkeypatch.setenv("REVIEWFLOW_ENVIRONMENT", "production")
    with pytest.raises(ConfigurationError, match=r"^REVIEWFLOW_SECRET_KEY is missing\. Write at least 32 random"):
        load_settings()
    assert not data_dir.exists()


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("ENVIRONMENT", "prod", "Write embedded"),
        ("DATABASE_URL", f"mysql://root:{SECRET}@host/db", "Write sqlite:///"),
        ("BROKER_URL", f"sqs://{SECRET}", "Write memory://"),
        ("SECRET_KEY", SECRET[:12], "at least 32 random characters"),
        ("TRUSTED_PROXIES", "many", "how many proxies"),
        ("BASE_ADDRESS", "reviews", "for instance https://"),
        ("MAIL_PORT", "smtp", "for instance 587"),
        ("MAIL_SECURITY", "ssl", "starttls (port 587)"),
        ("MAIL_SENDER", "Reviews <x>", "for instance reviews@"),
        ("MAIL_PASSWORD_FILE", "/nowhere", "Write the path of a file"),
    ],
)
def test_a_wrong_value_is_told_in_one_line_without_the_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"REVIEWFLOW_{variable}", value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    message = str(caught.value)
    assert message.startswith(f"REVIEWFLOW_{variable} cannot be used: ")
    assert told in message
    assert "\n" not in message
    assert SECRET[:12] not in message


def test_two_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWFLOW_ENVIRONMENT", "prod")
    monkeypatch.setenv("REVIEWFLOW_BROKER_URL", "carrier-pigeon://")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert len(str(caught.value).splitlines()) == 2


def test_a_settings_object_shows_no_secret() -> None:
    settings = Settings(
        environment="production",
        secret_key=SECRET,
        database_url=f"postgresql://u:{SECRET}@host/db",
        broker_url=f"redis://:{SECRET}@host",
        mail_password=SECRET,
    )
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)


def test_mail_needs_an_address_to_lead_to_and_one_to_come_from() -> None:
    assert not load_settings().sends_mail
    with pytest.raises(ConfigurationError, match=r"^REVIEWFLOW_BASE_ADDRESS is missing, which mails need\. Write"):
        Settings(mail_host="mail.company.example")
    with pytest.raises(ConfigurationError, match="REVIEWFLOW_MAIL_SENDER is missing"):
        Settings(mail_host="mail.company.example", base_address="https://reviews.company.example/")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="REVIEWFLOW_DATA_DIR"):
        Settings(data_dir=tmp_path / "file" / "data")


def test_a_damaged_key_is_not_used(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "secret-key").write_text("half")
    with pytest.raises(ConfigurationError, match="damaged"):
        load_settings()
