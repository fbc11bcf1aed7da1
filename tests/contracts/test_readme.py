"""The README's commands do what it says that they do."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ verbatim (.+)$", README, re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store holds the sample articles."""
    place = tmp_path_factory.mktemp("readme")
    run("index", place)
    return place


def run(command: str, place: Path) -> str:
    """Run a command of the README and give what it prints."""
    line = [sys.executable, "-m", "ui.cli", *shlex.split(command)]
    return subprocess.run(line, cwd=place, capture_output=True, text=True, timeout=200, check=True).stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_command_works(command: str, folder: Path) -> None:
    """Each command of the README ends well and prints something."""
    assert run(command, folder).strip()


def test_answers_are_the_ones_shown(folder: Path) -> None:
    """What the README shows below a question is what the command prints."""
    shown = re.findall(r"^\$ verbatim (ask .+)\n((?:(?!```|\$ ).*\n)+)", README, re.MULTILINE)
    assert shown
    for command, text in shown:
        assert " ".join(text.split()) == " ".join(run(command, folder).split())


def test_figures_are_filled_in() -> None:
    """No figure of the README is left open."""
    assert "{{" not in README
