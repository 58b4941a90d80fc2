"""What the documents name is there: files, headings, make targets, commands, settings."""

import re
from pathlib import Path

import click
import pytest

from webapp.commands.program import reviewflow
from webapp.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PLACES = ("*.md", "docs/**/*.md", "deploy/*.md", "bpmn/**/*.md", "engine/**/*.md")
DOCUMENTS = sorted({path for place in PLACES for path in ROOT.glob(place)})
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"\breviewflow((?: [a-z][a-z-]*)+)((?: [^\n`]*?)?)[\n`]")

document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def anchors_of(path: Path) -> set[str]:
    """The anchors of the headings of a document, as Git hosting services make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@document
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    assert broken == []


@document
def test_commands_and_their_options_exist(path: Path) -> None:
    for words, rest in COMMAND.findall(path.read_text(encoding="utf-8")):
        command: click.Command = reviewflow
        for word in words.split():
            if isinstance(command, click.Group):
                found = command.get_command(click.Context(command), word)
                assert found, f"reviewflow{words}"
                command = found
        options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        named = set(re.findall(r"--[a-z-]+", rest.partition("#")[0]))
        assert named - {"--help"} <= options, f"reviewflow{words}{rest}"


def test_every_command_is_shown() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "deploy/README.md")]
    shown = {words.split()[0] for text in texts for words, _ in COMMAND.findall(text)}
    context = click.Context(reviewflow)
    commands = {name: reviewflow.get_command(context, name) for name in reviewflow.list_commands(context)}
    assert shown >= {name for name, command in commands.items() if command and not command.hidden}


def test_every_setting_is_documented() -> None:
    text = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    gunicorn = (ROOT / "deploy" / "gunicorn.conf.py").read_text(encoding="utf-8")
    names = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | set(
        re.findall(rf"{PREFIX}[A-Z_]+", gunicorn)
    )
    assert names == set(re.findall(rf"^\| `({PREFIX}[A-Z_]+)`", text, re.MULTILINE))


def test_every_make_target_is_documented() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert targets - {"help"} == set(re.findall(r"^\| `make ([a-z]+)`", text, re.MULTILINE))


def test_pictures_are_shown_and_small() -> None:
    shown = set(re.findall(r"docs/pictures/([\w-]+\.png)", (ROOT / "README.md").read_text(encoding="utf-8")))
    pictures = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").glob("*.png")}
    assert shown <= pictures.keys()
    assert {name for name, size in pictures.items() if size > 200_000} == set()
