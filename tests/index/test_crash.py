"""Whatever happens to a writer or to the disk, what was acknowledged is there, whole, once, and the store opens.

`pytest tests/index/test_crash.py --kill-rounds 200 --crowd-seconds 60` goes on for as long as one wants to know.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.index.crashing import SOUND, in_another_process

PATIENCE = 1_800


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Make a folder that every user of the machine may enter."""
    folder = Path(tempfile.mkdtemp(prefix="verbatim-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.timeout(PATIENCE)
def test_killed_writer_loses_nothing_and_shows_nothing_half(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Killed while it adds, updates or removes, a writer leaves all that it acknowledged, once, whole, and findable."""
    rounds, seed = request.config.getoption("--kill-rounds"), request.config.getoption("--kill-seed")

    outcomes = in_another_process("kill_rounds", tmp_path, rounds, seed, seconds=PATIENCE)

    assert outcomes == [SOUND] * rounds


@pytest.mark.timeout(PATIENCE)
def test_two_indexers_and_ten_readers_at_one_store(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Writers that take turns and readers that come and go get no error; nothing is lost, nothing seen half."""
    seconds = request.config.getoption("--crowd-seconds")

    outcome: Any = in_another_process("crowd", tmp_path, seconds, seconds=int(seconds) + 240)

    assert outcome["errors"] == [[]] * 12
    assert outcome["outcome"] == SOUND
    assert outcome["written"] > 0
    assert outcome["reads"] > 0


@pytest.mark.parametrize("kilobytes", [0, 60, 180, 260, 330])
def test_full_disk_is_a_clear_error_and_the_index_is_as_before(tmp_path: Path, kilobytes: int) -> None:
    """Where a file can't grow, the writer says so; with room again all that was acknowledged is there, and no more."""
    outcome: Any = in_another_process("limited", tmp_path, "full", kilobytes * 1_000)

    assert outcome["told"]["error"], "the limit was never met"
    assert outcome["outcome"] == SOUND


def test_read_only_store_is_a_clear_error_and_the_index_is_as_before(open_folder: Path) -> None:
    """A writer that may not write says where it can't; the store is as before."""
    outcome: Any = in_another_process("limited", open_folder, "read-only", 0)

    assert "read" in outcome["told"]["error"] or "can't be written" in outcome["told"]["error"]
    assert outcome["told"]["names"] == []
    assert outcome["outcome"] == SOUND
