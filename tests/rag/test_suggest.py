"""Questions to ask next: about others who are quoted, and only such as the corpus answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.config import RagConfig
from rag.engine import Engine
from rag.models import ModelSlot
from tests.fakes import TINY, HashEmbedding, build_store


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Make an engine over three small articles, in which a mayor, a fisherman and a curator speak."""
    store = build_store(tmp_path)
    config = RagConfig(writer="quotes", answer_from=0.0)
    yield Engine(store, HashEmbedding(), ModelSlot(None, name="none"), config)
    store.close()


def identity(engine: Engine, document: str) -> str:
    """Give the id of an article."""
    return engine.store.article(document).id


def test_who_is_quoted_and_was_not_heard_is_asked_about(engine: Engine) -> None:
    """Each speaker of the named articles is asked about once, and one that was heard, by any part of the name, not."""
    articles = [identity(engine, each.id) for each in TINY]

    assert engine.suggest(articles) == (
        "What did Mayor Ada Alt say?",
        "What did Ben Bly say?",
        "What did Curator Cleo Cox say?",
    )
    assert engine.suggest(articles, ["Mayor Alt", "Cleo Cox, curator"]) == ("What did Ben Bly say?",)
    assert engine.suggest(articles[1:2]) == ("What did Ben Bly say?",)
    assert engine.suggest(["gone"]) == ()


def test_what_the_corpus_does_not_answer_is_not_offered(engine: Engine) -> None:
    """A question that the engine abstains from is left out."""
    config = RagConfig(writer="quotes", answer_from=1.0)
    strict = Engine(engine.store, HashEmbedding(), ModelSlot(None, name="none"), config)

    assert strict.suggest([identity(engine, "bridge")]) == ()
