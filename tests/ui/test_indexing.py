"""What `verbatim index` prints, and a folder that is watched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from index.errors import ConfigError, SourceError
from index.pipeline import Failure, Report
from index.watch import changes
from tests.fakes import verbatim
from tests.index.files import TITLE, page
from ui.indexing import print_reports, watched

PROSE = "The harbour of Aldmere will close for the winter, the port authority said on Friday."


def test_reports_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A line a source on standard output, a line a failure on the other; or all of it as JSON."""
    reports = [Report(added=2, failures=(Failure("b.pdf", "encrypted"),)), Report(unchanged=1)]

    assert print_reports(["here", Path("there")], reports, as_json=False)
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "here: 2 added, 0 changed, 0 removed, 0 unchanged, 1 failed",
        "there: 0 added, 0 changed, 0 removed, 1 unchanged, 0 failed",
    ]
    assert err == "failed: b.pdf: encrypted\n"

    assert not print_reports(["there"], reports[1:], as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["unchanged"] == 1


def test_what_was_taken_out_and_where_values_come_from_is_listed(tmp_path: Path) -> None:
    """`articles --removed` prints the lines that are not the article, `articles --json` the origin of each value."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "story.html").write_bytes(page(head='<meta property="article:published_time" content="2024-05-17">'))
    store = tmp_path / "store"
    assert verbatim("index", corpus, "--store", store).out == (
        f"{corpus}: 1 added, 0 changed, 0 removed, 0 unchanged, 0 failed\n"
    )

    removed = verbatim("articles", "--removed", "story.html", "--store", store).out.splitlines()
    assert removed == ["Home", "Sport", TITLE, "Most read", "Ferry runs aground", "© The Courier. All rights reserved."]
    (row,) = verbatim("articles", "--json", "--store", store).json
    assert (row["title"], row["published"], row["updated"]) == (TITLE, "2024-05-17", None)
    assert row["origins"] == {"title": "page", "published": "opengraph", "language": "meta"}


def test_only_folders_are_watched(tmp_path: Path) -> None:
    """A file or an address can't be watched; folders can."""
    (tmp_path / "a.txt").write_text(PROSE)
    assert watched([str(tmp_path)]) == [tmp_path]
    for other in (tmp_path / "a.txt", "https://paper.example/feed.xml", tmp_path / "nowhere"):
        with pytest.raises(ConfigError, match="--watch is for folders"):
            watched([tmp_path, other])
    with pytest.raises(SourceError, match="can't be watched"):
        next(changes([tmp_path / "a.txt"], apart=tmp_path / "store"))


def test_a_burst_of_changes_counts_once(tmp_path: Path) -> None:
    """Files written one after the other are one change; hidden files and those of the store are none."""
    store = tmp_path / "store"
    store.mkdir()
    stop = Event()
    seen: list[frozenset[Path]] = []

    def watch() -> None:
        seen.extend(changes([tmp_path], apart=store, stop=stop))

    watcher = Thread(target=watch)
    watcher.start()
    time.sleep(1.5)
    (store / "catalog.sqlite").write_text("x")
    (tmp_path / ".hidden.txt").write_text("x")
    time.sleep(1.5)
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(PROSE)
        time.sleep(0.1)
    time.sleep(2.5)
    stop.set()
    watcher.join(10)
    assert [sorted(path.name for path in burst) for burst in seen] == [["a.txt", "b.txt", "c.txt"]]


@pytest.mark.server
def test_watching_follows_the_folder_until_ctrl_c(tmp_path: Path) -> None:
    """A file that is written while the command watches is indexed; Ctrl-C stops it with exit code 0."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text(PROSE)
    log = tmp_path / "log"
    command = [sys.executable, "-m", "ui.cli", "index", str(corpus), "--store", str(tmp_path / "store"), "--watch"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with (
        log.open("wb") as written,
        subprocess.Popen(command, stdout=written, stderr=written, env=environment, cwd=tmp_path) as process,
    ):
        wait_for(log, "watching ")
        time.sleep(1)
        (corpus / "b.txt").write_text("Ships are to use the terminal at Brenning instead, it was said.")
        wait_for(log, "1 added, 0 changed, 0 removed, 1 unchanged")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert log.read_text().splitlines()[-1] == "stopped"
    listed = verbatim("articles", "--store", tmp_path / "store", "--json").json
    assert {each["document"]: each["state"] for each in listed} == {"a.txt": "published", "b.txt": "published"}


def wait_for(log: Path, words: str) -> None:
    """Wait until a process has printed this."""
    end = time.monotonic() + 90
    while words not in log.read_text():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)
