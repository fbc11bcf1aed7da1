"""The parts are put together as the settings say."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.config import IndexConfig, ModelsConfig, StoreConfig
from index.embed import MiniLmEmbedding
from index.errors import ConfigError, StoreMismatch, StoreMissing
from index.pipeline import Report
from rag.config import RagConfig
from tests.fakes import BRIDGE, HARBOUR, TINY, write_corpus
from ui.assemble import Workshop
from ui.config import Settings


def silent(_: str) -> None:
    """Say nothing."""


def test_place_of_the_store() -> None:
    """The store lies where the settings say, or at the folder or address that the command names."""
    settings = Settings(store=StoreConfig(path=Path("one"), lock_seconds=3))

    assert Workshop(settings).where == settings.store
    assert Workshop(settings, store="two").where == StoreConfig(path=Path("two"), lock_seconds=3)
    assert Workshop(settings, store="http://127.0.0.1:8000").where == StoreConfig(
        path=Path("one"), url="http://127.0.0.1:8000", lock_seconds=3
    )


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    """A workshop with a bad embedding and no store is an error only for who needs them; the embedding is made once."""
    workshop = Workshop(Settings(models=ModelsConfig(embedding="word2vec")), store=str(tmp_path / "none"))

    with pytest.raises(StoreMissing):
        workshop.look()
    with pytest.raises(ConfigError):
        workshop.open(create=True)
    good = Workshop(Settings())
    assert isinstance(good.embedding, MiniLmEmbedding)
    assert good.embedding is good.embedding


def test_store_is_made_indexed_and_kept_up_to_date(tmp_path: Path) -> None:
    """A missing store is made from the corpus, with a word to the reader; later changes of the corpus are followed."""
    workshop = Workshop(Settings(), store=str(tmp_path / "store"))
    corpus = write_corpus(tmp_path / "corpus", TINY)
    said: list[str] = []
    done: list[str] = []

    first = workshop.ready(corpus, progress=done.append, say=said.append)
    assert said == [f"There is no index in {tmp_path / 'store'} yet: indexing {corpus} …"]
    assert sorted(done) == [each.id for each in first.listed()] or sorted(done) == sorted(each.id for each in TINY)
    first.close()

    write_corpus(tmp_path / "corpus", TINY[:2])
    second = workshop.ready(corpus, progress=done.append, say=said.append)
    assert sorted(each.document for each in second.articles()) == sorted(each.id for each in TINY[:2])
    assert len(said) == 1
    second.close()


def test_store_of_other_articles_is_left_as_it_is(tmp_path: Path) -> None:
    """A store that holds other sources is served as it is; the default corpus is not added."""
    workshop = Workshop(Settings(), store=str(tmp_path / "store"))
    store = workshop.open(create=True)
    (report,) = workshop.index([write_corpus(tmp_path / "own", [BRIDGE])], store, progress=silent)
    store.close()

    ready = workshop.ready(write_corpus(tmp_path / "default", [HARBOUR]), progress=silent, say=silent)

    assert report == Report(added=1)
    assert [each.document for each in ready.articles()] == ["bridge"]
    ready.close()


def test_other_splitting_is_a_mismatch_but_can_be_looked_at(tmp_path: Path) -> None:
    """A store made with other passages can't be opened for asking, only looked at."""
    Workshop(Settings(), store=str(tmp_path)).open(create=True).close()
    other = Workshop(Settings(index=IndexConfig(passage_tokens=100)), store=str(tmp_path))

    with pytest.raises(StoreMismatch, match="verbatim index --fresh"):
        other.open()
    other.look().close()


def test_engine_of_quotes_needs_no_model(tmp_path: Path) -> None:
    """An engine without a model quotes; one with a model that fails says why."""
    corpus = write_corpus(tmp_path / "corpus", TINY)
    models = ModelsConfig(language=str(tmp_path / "none.gguf"))
    workshop = Workshop(Settings(models=models, rag=RagConfig(answer_from=0)), store=str(tmp_path / "store"))
    store = workshop.ready(corpus, progress=silent, say=silent)

    quotes = workshop.engine(store, model=False)
    assert quotes.status() == "Answers quote the articles and nothing else."
    assert quotes.answer("Who closed the bridge?").citations[0].document == "bridge"

    model = workshop.engine(store, model=True)
    model.wait_for_model()
    assert model.status().startswith("The language model is not available: answers are quotes. [models] language is ")
    store.close()
