"""A check-up finds what is damaged, makes it again without embedding, and says so."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.config import IndexConfig, StoreConfig
from index.doctor import Finding, check_up
from index.errors import StoreError, StoreLocked, StoreMissing
from index.lexical import LexicalIndex
from index.pipeline import index_source
from index.store import Store
from tests.fakes import TINY, HashEmbedding, Told, build_store, open_store

AGAIN = "made again from the catalog"
PASSAGES = 1_050
"""Enough for Chroma to write the files of its vectors, which it does by the thousand."""


def long_article() -> str:
    """Write an article of very many passages, all different."""
    chance = random.Random(7)  # no secret
    words = [f"{one}{two}" for one in ("al", "be", "co", "du") for two in ("mar", "nis", "pol", "rud", "tek", "vos")]
    return " ".join(f"The falcon saw {' '.join(chance.sample(words, 12))}." for _ in range(PASSAGES))


ARTICLES = (*TINY, Told("copy", TINY[0].text, source="Another"))
"""One article has a copy, whose passages are echoes."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a store that damaged copies are made of."""
    folder = tmp_path_factory.mktemp("small")
    build_store(folder, ARTICLES).close()
    return folder / "store"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build one whose vectors lie in files."""
    folder = tmp_path_factory.mktemp("large")
    build_store(folder, [*ARTICLES, Told("long", long_article())]).close()
    assert any(folder.glob("store/indexes-1/chroma/*/*.bin"))
    return folder / "store"


@pytest.fixture
def config(small: Path, tmp_path: Path) -> StoreConfig:
    """Copy the small store."""
    return copied(small, tmp_path)


def copied(store: Path, folder: Path) -> StoreConfig:
    """Copy a store."""
    shutil.copytree(store, folder / "store")
    return StoreConfig(path=folder / "store", lock_seconds=0.0)


def run(config: StoreConfig, statement: str, *values: object) -> None:
    """Change the catalog behind its back."""
    with sqlite3.connect(config.path / "catalog.sqlite") as catalog:
        catalog.execute(statement, values)
    catalog.close()


def identity(config: StoreConfig, document: str) -> str:
    """Give the id of an article."""
    catalog = sqlite3.connect(config.path / "catalog.sqlite")
    (found,) = catalog.execute("SELECT id FROM articles WHERE document = ?", (document,)).fetchone()
    catalog.close()
    return str(found)


def test_sound_store_is_left_alone(large: Path, tmp_path: Path) -> None:
    """In a sound store nothing is found and nothing is changed."""
    config = copied(large, tmp_path)
    before = sorted(path.name for path in config.path.iterdir())

    health = check_up(config)

    assert (health.findings, health.sound, health.articles) == ((), True, len(ARTICLES) + 1)
    assert health.passages > PASSAGES
    assert sorted(path.name for path in config.path.iterdir()) == before


def spoil_vectors(config: StoreConfig) -> None:
    """Write noise over the file of the vectors: Chroma opens it and counts as before."""
    for path in config.path.glob("indexes-1/chroma/*/data_level0.bin"):
        path.write_bytes(np.random.default_rng(3).bytes(path.stat().st_size))


def empty_metadata(config: StoreConfig) -> None:
    """Leave the file empty that Chroma truncates in place, as a kill at the wrong moment does."""
    for path in config.path.glob("indexes-1/chroma/*/index_metadata.pickle"):
        path.write_bytes(b"")


def drop_words(config: StoreConfig) -> None:
    """Take an article out of the words alone."""
    LexicalIndex(config.path / "indexes-1" / "bm25").drop([identity(config, "bridge")])


def change_catalog(config: StoreConfig) -> None:
    """Let the catalog have another vector than Chroma."""
    article = identity(config, "bridge")
    other = np.zeros(64, dtype=np.float32)
    other[5] = 1.0
    run(config, "UPDATE passages SET vector = ? WHERE article = ?", other.tobytes(), article)


def orphan(config: StoreConfig) -> None:
    """Take an article out of the catalog alone."""
    article = identity(config, "museum")
    run(config, "DELETE FROM passages WHERE article = ?", article)
    run(config, "DELETE FROM articles WHERE id = ?", article)


DAMAGES: dict[str, tuple[str, Callable[[StoreConfig], None], set[str]]] = {
    "noise for vectors": ("large", spoil_vectors, {"vectors"}),
    "metadata emptied": ("large", empty_metadata, {"vectors"}),
    "words of an article missing": ("small", drop_words, {"words"}),
    "other vectors": ("small", change_catalog, {"vectors"}),
    "more than the catalog has": ("small", orphan, {"vectors", "words"}),
}


@pytest.mark.parametrize(("store", "damage", "parts"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_index_is_made_again(
    store: str,
    damage: Callable[[StoreConfig], None],
    parts: set[str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """What differs from the catalog is named and made again; then the store is sound, and finds what it should."""
    config = copied(request.getfixturevalue(store), tmp_path)
    damage(config)

    health = check_up(config)

    assert {each.part for each in health.findings} == parts
    assert {each.mended for each in health.findings} == {AGAIN}
    assert health.sound
    opened = Store(config)
    assert [each.name for each in config.path.glob("indexes-*")] == ["indexes-2"]
    assert len(opened.by_words("falcon", most=5_000)) == (PASSAGES if store == "large" else 0)
    assert len(opened.by_words("harbour quay", most=9)) > 0
    opened.close()


def test_what_a_killed_writer_left_is_cleared(config: StoreConfig) -> None:
    """Articles left half done go, a raised mark of a writer is taken down, and both are told."""
    article = identity(config, "museum")
    run(config, "UPDATE articles SET state = 'pending' WHERE id = ?", article)
    run(config, "UPDATE settings SET value = 'yes' WHERE name = 'writing'")

    health = check_up(config)

    assert Finding("catalog", "1 articles that a killed writer left half done", AGAIN) in health.findings
    assert Finding("vectors", "a writer was killed while it wrote", AGAIN) in health.findings
    assert (health.articles, health.sound) == (len(ARTICLES) - 1, True)


def test_echo_that_nobody_speaks_for_is_found_again(config: StoreConfig) -> None:
    """When only echoes are left of what a story says, one of them is made to be found."""
    store = Store(config)
    before = store.by_words("crowns ferry", most=50)  # not of a title, which only the first of them has
    store.close()
    run(config, "UPDATE passages SET echo = 1")

    health = check_up(config)

    assert health.sound
    assert {each.part for each in health.findings} == {"catalog", "vectors"}
    store = Store(config)
    hits = store.by_words("crowns ferry", most=50)
    store.close()
    assert len(hits) == len(before) == 2


def test_what_only_the_sources_can_mend_is_told(config: StoreConfig) -> None:
    """An article without a vector can't be made again without embedding: it is taken out, told, and asked for."""
    article = identity(config, "museum")
    nothing = np.full(64, np.nan, dtype=np.float32)
    run(config, "UPDATE passages SET vector = ? WHERE article = ?", nothing.tobytes(), article)

    health = check_up(config)

    lost = Finding("catalog", "museum lost its words or vectors and was taken out; index its source again")
    assert (lost in health.findings, health.sound, health.articles) == (True, False, len(ARTICLES) - 1)
    assert check_up(config).sound
    store = Store(config)
    assert [(each.document, each.state) for each in store.listed() if each.document == "museum"] == [
        ("museum", "failed")
    ]
    source = store.articles()[0].source
    report = index_source(Path(source), store, HashEmbedding(), IndexConfig(passage_tokens=32))
    assert (report.added, report.failures) == (1, ())
    store.close()


def test_damaged_catalog_is_an_error(config: StoreConfig) -> None:
    """A catalog that is no database can't be checked, and that is said."""
    for journal in config.path.glob("catalog.sqlite-*"):
        journal.unlink()
    (config.path / "catalog.sqlite").write_text("These are words, not a database. " * 50)

    with pytest.raises(StoreError, match="The catalog can't be opened: file is not a database"):
        check_up(config)


def test_store_that_is_not_there_or_at_work_is_refused(config: StoreConfig, tmp_path: Path) -> None:
    """Without a store there is nothing to check, and beside a writer nothing can be."""
    with pytest.raises(StoreMissing, match="There is no index in"):
        check_up(StoreConfig(path=tmp_path / "nowhere"))
    store = open_store(config.path)
    with store.writing(), pytest.raises(StoreLocked, match="Another process is writing"):
        check_up(config)
    store.close()
