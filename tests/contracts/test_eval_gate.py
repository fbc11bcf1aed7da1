"""The eval gate over the project's own questions, as CI and `make eval` run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.fakes import verbatim

REPOSITORY = Path(__file__).parents[2]
SAMPLE = "10"


def run_eval(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `verbatim eval` from an empty folder, where its store and its answers go."""
    command = [sys.executable, "-m", "ui.cli", "eval", "--out", "out", *options]
    # One thread: a language model with more waits for the slowest, which is the one that other tests are beside.
    alone = os.environ | {"VERBATIM_MODELS__THREADS": "1"}
    return subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, timeout=1_700, check=False)


def rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of the run's answers."""
    lines = (folder / "out" / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def share_right(folder: Path) -> float:
    """The share of right answers that a run reports."""
    accepted = json.loads((folder / "out" / "baseline.json").read_text(encoding="utf-8"))
    return float(accepted["metrics"]["right"])


@pytest.fixture(scope="module")
def quotes_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the quotes writer over the whole set, which the gate lets pass."""
    folder = tmp_path_factory.mktemp("quotes")
    done = run_eval(folder, "--writer", "quotes")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_quotes_pass_the_gate_against_the_accepted_run(quotes_run: Path) -> None:
    """Every question has a row, in the order asked, and the gate passes against the accepted run and the floors."""
    asked = (REPOSITORY / "eval" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [row["id"] for row in rows(quotes_run)] == [json.loads(line)["id"] for line in asked]


def test_a_second_run_differs_in_no_answer(quotes_run: Path, tmp_path: Path) -> None:
    """The same set shuffled gives the same answers and figures, and passes against the first run."""
    again = shutil.copytree(quotes_run, tmp_path / "again")  # the other tests read the first run
    lines = (REPOSITORY / "eval" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    Random(1).shuffle(lines)
    (again / "shuffled.jsonl").write_text("\n".join(lines), encoding="utf-8")
    first, accepted = {row["id"]: told(row) for row in rows(quotes_run)}, again / "out" / "baseline.json"
    before = json.loads(accepted.read_text(encoding="utf-8"))["metrics"]
    (again / "accepted.json").write_bytes(accepted.read_bytes())

    done = run_eval(again, "shuffled.jsonl", "--writer", "quotes", "--baseline", "accepted.json")

    after = json.loads(accepted.read_text(encoding="utf-8"))["metrics"]
    assert done.returncode == 0, done.stdout + done.stderr
    assert {row["id"]: told(row) for row in rows(again)} == first
    assert {key: value for key, value in after.items() if "seconds" not in key} == {
        key: value for key, value in before.items() if "seconds" not in key
    }


def told(row: dict[str, Any]) -> dict[str, Any]:
    """All of a row but how long it took."""
    return {key: value for key, value in row.items() if key != "seconds"}


def test_each_citation_is_cut_from_the_text_that_the_command_prints(
    quotes_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`text[start:end]` of what `verbatim articles --json --text` prints is the quote, for each citation of the run."""
    cited = [citation for row in rows(quotes_run) for citation in row["citations"]]
    monkeypatch.chdir(quotes_run)
    documents = {citation["document"] for citation in cited}
    texts = {each: verbatim("articles", "--json", "--text", each).json["text"] for each in documents}
    assert cited
    assert [texts[each["document"]][each["start"] : each["end"]] for each in cited] == [each["quote"] for each in cited]


@pytest.mark.model
@pytest.mark.timeout(1_800)
def test_model_is_right_no_less_than_quotes(tmp_path: Path) -> None:
    """Over the same sample, answers that a language model writes are right at least as often as the quotes are."""
    for writer in ("quotes", "model"):
        folder = tmp_path / writer
        folder.mkdir()
        done = run_eval(folder, "--writer", writer, "--sample", SAMPLE)
        assert (folder / "out" / "answers.jsonl").is_file(), done.stdout + done.stderr
    written = {row["writer"] for row in rows(tmp_path / "model") if not row["abstained"]}
    assert "model" in written
    assert share_right(tmp_path / "model") >= share_right(tmp_path / "quotes")
