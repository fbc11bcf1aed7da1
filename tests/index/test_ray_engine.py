"""Ray's workers make the same articles, ids and vectors as this process, row for row, whoever of them dies."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.config import IndexConfig
from index.pipeline import Report, index_source
from index.ray_engine import RayEngine
from index.store import Store
from tests.fakes import TINY, HashEmbedding, Told, open_store, write_corpus
from tests.index.files import PROSE, bomb, message, page, pdf, word

pytest.importorskip("ray", reason='Ray is not installed: pip install "verbatim[ray]"')
pytestmark = [pytest.mark.server, pytest.mark.timeout(1_800)]

CONFIG = IndexConfig(passage_tokens=64, batch_articles=5, max_unpacked_bytes=1_000_000)
CLAPNQ = Path(__file__).parents[3] / "shared" / "bench" / "clapnq" / "corpus.jsonl"


@pytest.fixture(scope="module")
def engine() -> Iterator[RayEngine]:
    """Start two workers of Ray."""
    started = RayEngine(HashEmbedding, CONFIG, workers=2)
    yield started
    started.close()


def rows() -> list[Told]:
    """Take real articles where they lie beside the checkout, else make some; among them copies, and one of no words."""
    if CLAPNQ.is_file():
        found = [json.loads(line) for line in CLAPNQ.read_text("utf-8").splitlines()[:60]]
        real = [Told(str(each["id"]), each["text"], title=each.get("title")) for each in found]
    else:
        real = [Told(f"made{at}", " ".join(f"Ship {at} saw bird {bird}." for bird in range(40))) for at in range(60)]
    return [*real, *TINY, Told("copy", TINY[0].text, source="Another"), Told("short", "– a –")]


def catalog(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Read every row of every table, but for times and the store's own name."""
    database = sqlite3.connect(folder / "catalog.sqlite")
    database.row_factory = sqlite3.Row
    queries = {
        "articles": "SELECT * FROM articles ORDER BY id",
        "passages": "SELECT * FROM passages ORDER BY id",
        "stories": "SELECT * FROM stories ORDER BY id",
        "story_bands": "SELECT * FROM story_bands ORDER BY band, story",
    }
    found = {
        name: [tuple(row[column] for column in row.keys() if column != "indexed") for row in database.execute(query)]  # noqa: SIM118  # a row's own iterator gives values
        for name, query in queries.items()
    }
    database.close()
    return found


def indexed(folder: Path, corpus: Path, *, engine: RayEngine | None, kill: bool = False) -> tuple[Report, Store]:
    """Index a corpus; `kill` a worker once the first article is published."""
    store = open_store(folder)
    left = [engine.processes()[0]] if engine and kill else []

    def progress(_document: str) -> None:
        while left:
            os.kill(left.pop(), signal.SIGKILL)

    return index_source(corpus, store, HashEmbedding(), CONFIG, progress=progress, engine=engine), store


def test_ray_gives_the_same_rows_also_when_a_worker_is_killed(tmp_path: Path, engine: RayEngine) -> None:
    """Articles, passages, vectors, stories and failures are the same, and no article is there twice."""
    corpus = write_corpus(tmp_path / "corpus", rows())
    plain, one = indexed(tmp_path / "plain", corpus, engine=None)
    spread, two = indexed(tmp_path / "spread", corpus, engine=engine)
    wounded, three = indexed(tmp_path / "wounded", corpus, engine=engine, kill=True)

    assert plain == spread == wounded
    assert plain.added == len(rows())
    expected = catalog(tmp_path / "plain")
    assert len(expected["passages"]) > len(rows())
    assert catalog(tmp_path / "spread") == expected
    assert catalog(tmp_path / "wounded") == expected
    words = "bridge crowns ferry"
    assert one.by_words(words, most=9) == two.by_words(words, most=9) == three.by_words(words, most=9)
    for store in (one, two, three):
        store.close()


def test_unchanged_articles_are_not_sent_to_workers(tmp_path: Path, engine: RayEngine) -> None:
    """A second run changes nothing, and a failing row is told as without Ray."""
    corpus = write_corpus(tmp_path / "corpus", [*TINY, Told("empty", "…")])
    first, store = indexed(tmp_path / "store", corpus, engine=engine)
    store.close()
    second, store = indexed(tmp_path / "store", corpus, engine=engine)
    store.close()

    assert (first.added, second.added, second.unchanged) == (3, 0, 3)
    assert first.failures == second.failures
    assert [each.document for each in first.failures] == ["corpus.jsonl:4"]


def test_files_are_parsed_alike_and_within_the_same_limits(tmp_path: Path, engine: RayEngine) -> None:
    """Pages, documents and tables give the same rows with their origins, and a file that passes a limit fails alike."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    contents = {
        "page.html": page(head='<meta property="og:site_name" content="The Courier">'),
        "paper.pdf": pdf([PROSE]),
        "report.docx": word(),
        "bomb.docx": bomb(1_000_001),
        "broken.pdf": b"%PDF-1.4 and nothing more",
        "note.eml": message(PROSE[0]),
        "rows.csv": f"title,text\nPort,{PROSE[1]}\n".encode(),
    }
    for name, content in contents.items():
        (corpus / name).write_bytes(content)
    plain, one = indexed(tmp_path / "plain", corpus, engine=None)
    spread, two = indexed(tmp_path / "spread", corpus, engine=engine)
    one.close()
    two.close()

    assert plain == spread
    assert plain.added == 5
    assert [each.document for each in plain.failures] == ["bomb.docx", "broken.pdf"]
    assert catalog(tmp_path / "spread") == catalog(tmp_path / "plain")
