"""A store does the same whether Chroma runs inside the process or as a server, over SQLite or over PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from index.catalog import Catalog
from index.config import IndexConfig, StoreConfig
from index.doctor import Finding, check_up, examine
from index.embed import embed_question
from index.errors import ConfigError, StoreError, StoreLocked, StoreMissing
from index.indexes import catalog_url, drop_store
from index.pipeline import Report, fingerprint, index_source
from index.store import Store
from index.store_vectors import VectorIndex
from tests.fakes import BRIDGE, HARBOUR, TINY, HashEmbedding, Told, write_corpus
from tests.index.crashing import SOUND, in_another_process
from tests.index.servers import ChromaServer, chroma_server, postgres_server

pytestmark = pytest.mark.server

SMALL = IndexConfig(passage_tokens=32)
PATIENCE = 1_800


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """Run a Chroma server."""
    with chroma_server(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """Run a PostgreSQL server."""
    with postgres_server() as address:
        yield address


def opened(config: StoreConfig, *, create: bool = True) -> Store:
    """Open a store of the hashing embedding."""
    return Store(config, fingerprint=fingerprint(HashEmbedding(), IndexConfig()), create=create)


def found(store: Store, words: str) -> list[set[str]]:
    """Give the documents that each index finds."""
    hits = (
        [hit for hit in store.by_meaning(embed_question(HashEmbedding(), words), most=50) if hit.score > 0.3],
        store.by_words(words, most=50),
    )
    passages = [store.passages([hit.passage for hit in each]) for each in hits]
    return [{store.article(passage.article).document for passage, _ in each.values()} for each in passages]


class StoreConformance:
    """What every kind of store must do; `config` gives an empty one."""

    @pytest.fixture
    def config(self) -> StoreConfig:
        """Give the settings of an empty store."""
        raise NotImplementedError

    def test_articles_come_change_and_go(self, config: StoreConfig, tmp_path: Path) -> None:
        """Articles are found once published, changed ones by their new words only, removed ones not at all."""
        store, embedding = opened(config), HashEmbedding()
        corpus = write_corpus(tmp_path / "corpus", TINY)
        assert index_source(corpus, store, embedding, SMALL) == Report(added=3)
        before = [found(store, "bridge crowns"), found(store, "quay berths")]
        write_corpus(tmp_path / "corpus", [BRIDGE, Told("harbour", "The lighthouse of Cork was painted red.")])

        assert index_source(corpus, store, embedding, SMALL) == Report(changed=1, removed=1, unchanged=1)

        assert before == [[{"bridge"}] * 2, [{"harbour"}] * 2]
        assert [found(store, "lighthouse painted red"), store.by_words("berths llama", most=9)] == [
            [{"harbour"}] * 2,
            [],
        ]
        assert [each.state for each in store.listed()] == ["published", "published", "superseded"]
        assert store.coverage().articles == 2
        store.close()

    def test_another_store_sees_it(self, config: StoreConfig, tmp_path: Path) -> None:
        """A store that stays open sees what another one publishes and makes again."""
        writer, reader = opened(config), opened(config)
        index_source(write_corpus(tmp_path / "corpus", [BRIDGE]), writer, HashEmbedding(), SMALL)
        seen = [found(reader, "bridge crowns")]
        with writer.writing():
            writer.rebuild()
        seen.append(found(reader, "bridge crowns"))
        with reader.writing():
            reader.remove([reader.article("bridge").id])
        seen.append(found(writer, "bridge crowns"))

        assert seen == [[{"bridge"}] * 2, [{"bridge"}] * 2, [set(), set()]]
        writer.close()
        reader.close()

    def test_one_writer_at_a_time(self, config: StoreConfig) -> None:
        """A second writer is refused while the first one is at work, and let in afterwards."""
        one, other = opened(config), opened(config)
        with one.writing(), pytest.raises(StoreLocked, match="is writing to"), other.writing():
            pass
        with other.writing():
            pass
        one.close()
        other.close()

    def test_doctor_mends_it(self, config: StoreConfig, tmp_path: Path) -> None:
        """What is missing from the vectors is found out and made again."""
        store = opened(config)
        index_source(write_corpus(tmp_path / "corpus", TINY), store, HashEmbedding(), SMALL)
        bridge, passages = store.article("bridge").id, store.coverage().passages
        assert check_up(config).findings == ()
        (folder,) = config.path.glob("indexes-*")
        name = f"verbatim-{store_name(config)}-{folder.name}"
        VectorIndex(folder / "chroma", url=config.url, name=name).drop([bridge])

        health = check_up(config)

        lost = f"2 of {passages} passages are missing"
        assert health.findings == (Finding("vectors", lost, "made again from the catalog"),)
        assert found(store, "bridge crowns") == [{"bridge"}] * 2
        store.close()

    def test_writer_that_fails_between_indexes_and_catalog(
        self, config: StoreConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A copy that was to speak for its story, and whose writer failed, is found once after the next one came."""
        store = opened(config)
        copy = Told("copy", BRIDGE.text, source="Another")
        index_source(write_corpus(tmp_path / "corpus", [BRIDGE, copy]), store, HashEmbedding(), SMALL)
        (speaking,) = (each.id for each in store.articles() if each.document == "bridge")
        with monkeypatch.context() as failing, store.writing():
            failing.setattr(Catalog, "publish", refuse)
            with pytest.raises(StoreError, match="no room"):
                store.remove([speaking])
        assert len(store.by_words("crowns", most=9)) == 2

        with store.writing():
            pass

        assert len(store.by_words("crowns", most=9)) == 1
        assert examine(config) == []
        store.close()

    def test_dropped_store_is_empty(self, config: StoreConfig, tmp_path: Path) -> None:
        """A store that was dropped is missing, and can be begun again."""
        store = opened(config)
        index_source(write_corpus(tmp_path / "corpus", TINY), store, HashEmbedding(), SMALL)
        store.close()

        drop_store(config)

        with pytest.raises(StoreMissing):
            opened(config, create=False)
        again = opened(config)
        assert (again.articles(), again.by_words("bridge", most=9)) == ((), [])
        again.close()


def refuse(*_rest: object, **_named: object) -> None:
    """Fail as a catalog on a full disk does."""
    raise StoreError("no room")


def store_name(config: StoreConfig) -> str:
    """Give the name that a store has on servers."""
    catalog = Catalog(catalog_url(config))
    name = catalog.setting("store")
    catalog.close()
    return str(name)


class TestEmbedded(StoreConformance):
    """Chroma inside the process, and SQLite."""

    @pytest.fixture
    def config(self, tmp_path: Path) -> StoreConfig:
        """Give a folder."""
        return StoreConfig(path=tmp_path / "store", lock_seconds=0.2)


class TestChromaServer(StoreConformance):
    """A Chroma server, and SQLite."""

    @pytest.fixture
    def config(self, tmp_path: Path, chroma: ChromaServer) -> StoreConfig:
        """Give a folder and the server, which other stores use as well."""
        return StoreConfig(path=tmp_path / "store", url=chroma.url, lock_seconds=0.2)


class TestPostgres(StoreConformance):
    """A Chroma server, and PostgreSQL."""

    @pytest.fixture
    def config(
        self, tmp_path: Path, chroma: ChromaServer, postgres: str, request: pytest.FixtureRequest
    ) -> StoreConfig:
        """Give both servers; the catalog is emptied afterwards."""
        made = StoreConfig(path=tmp_path / "store", url=chroma.url, catalog=SecretStr(postgres), lock_seconds=0.2)
        request.addfinalizer(lambda: drop_store(made))  # noqa: PT021  # what overrides a fixture that returns returns
        return made

    def test_machines_share_a_catalog(self, config: StoreConfig, tmp_path: Path) -> None:
        """What one machine indexes another one finds, by its own index of words; only one of them writes at a time."""
        here = opened(config)
        there = opened(config.model_copy(update={"path": tmp_path / "elsewhere"}))
        index_source(write_corpus(tmp_path / "corpus", [BRIDGE]), here, HashEmbedding(), SMALL)
        index_source(write_corpus(tmp_path / "other", [HARBOUR]), there, HashEmbedding(), SMALL)

        assert [found(here, "bridge quay"), found(there, "bridge quay")] == [[{"bridge", "harbour"}] * 2] * 2
        with here.writing(), pytest.raises(StoreLocked, match="A process on another machine"), there.writing():
            pass
        with there.writing():
            there.remove([there.article("bridge").id])
        assert found(here, "bridge quay") == [{"harbour"}] * 2
        here.close()
        there.close()


def test_server_that_does_not_answer_is_a_clear_error(tmp_path: Path) -> None:
    """Without its Chroma server a store says what can't be reached."""
    config = StoreConfig(path=tmp_path / "store", url="http://127.0.0.1:9", lock_seconds=0.0)

    with pytest.raises(StoreError, match=r"Chroma can't be opened at http://127\.0\.0\.1:9"):
        opened(config)


def test_catalog_that_does_not_answer_is_a_clear_error_without_its_password(tmp_path: Path) -> None:
    """Without its database a store says so, and keeps the password to itself."""
    address = SecretStr("postgresql+psycopg://verbatim:hidden-word@127.0.0.1:9/postgres?connect_timeout=2")

    with pytest.raises(StoreError, match="The catalog can't be opened") as refused:
        opened(StoreConfig(path=tmp_path / "store", catalog=address))

    assert "hidden-word" not in str(refused.value)


def test_driver_that_is_missing_is_named(tmp_path: Path) -> None:
    """An address whose driver is not there names the extra that has it."""
    with pytest.raises(ConfigError, match=r'pip install "verbatim\[postgres\]"'):
        opened(StoreConfig(path=tmp_path / "store", catalog=SecretStr("postgresql+nodriver://127.0.0.1/x")))


@pytest.mark.timeout(PATIENCE)
def test_killed_server_and_killed_writer_lose_nothing(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Whether the Chroma server, its writer or both are killed, what was acknowledged is there, whole and once."""
    rounds, seed = request.config.getoption("--server-rounds"), request.config.getoption("--kill-seed")

    outcomes = in_another_process("server_rounds", tmp_path, rounds, seed, seconds=PATIENCE)

    assert outcomes == [SOUND] * rounds


@pytest.mark.timeout(PATIENCE)
def test_writers_and_readers_at_one_server(
    tmp_path: Path, chroma: ChromaServer, request: pytest.FixtureRequest
) -> None:
    """Two indexers and ten readers with one Chroma server get no error, and nothing is lost."""
    seconds = request.config.getoption("--crowd-seconds")

    outcome: Any = in_another_process("crowd", tmp_path, seconds, chroma.url, seconds=int(seconds) + 240)

    assert outcome["errors"] == [[]] * 12
    assert outcome["outcome"] == SOUND
    assert min(outcome["written"], outcome["reads"]) > 0
