"""The README's commands do what it says that they do."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.fakes import verbatim

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ verbatim (.+)$", README, re.MULTILINE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store holds the sample articles."""
    made = tmp_path_factory.mktemp("readme")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        run("index")
    return made


@pytest.fixture(autouse=True)
def folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in that folder."""
    monkeypatch.chdir(place)


def run(command: str) -> str:
    """Run a command of the README and give what it prints."""
    ran = verbatim(*shlex.split(command))
    assert ran.code == 0, ran.err
    return ran.out


@pytest.mark.parametrize("command", COMMANDS)
def test_command_works(command: str) -> None:
    """Each command of the README ends well and prints something."""
    assert run(command).strip()


def test_answers_are_the_ones_shown() -> None:
    """What the README shows below a question is what the command prints."""
    shown = re.findall(r"^\$ verbatim (ask .+)\n((?:(?!```|\$ ).*\n)+)", README, re.MULTILINE)
    assert shown
    for command, text in shown:
        assert " ".join(text.split()) == " ".join(run(command).split())


def test_figures_are_filled_in() -> None:
    """No figure of the README is left open."""
    assert "{{" not in README
