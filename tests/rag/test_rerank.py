"""A question of several matters has the passages of each read first."""

from __future__ import annotations

from pathlib import Path

from index.article import Filters
from index.config import ModelsConfig
from index.embed import make_embedding
from rag.config import RagConfig
from rag.features import WordVectors
from rag.look import look
from rag.parts import clauses
from rag.rerank import rerank
from tests.fakes import HashEmbedding, Told, build_store

HARBOUR = tuple(
    Told(f"harbour-{row}", f"The harbour of Cork closed its old quay on pier {row} after the storm, the port said.")
    for row in range(14)
)
MUSEUM = Told("museum", "A museum in Bergen bought a painting of a lighthouse for its new wing.")
QUESTION = (
    "Does the Cork Times article say that the harbour of Cork closed its old quay after the storm, "
    "while a museum in Bergen bought a painting?"
)


def test_passages_of_every_matter_come_first(tmp_path: Path) -> None:
    """What the question says at length does not crowd out what it says in brief."""
    embedding = make_embedding(ModelsConfig())
    store = build_store(tmp_path, (*HARBOUR, MUSEUM), embedding=embedding)
    looked = look(
        QUESTION, [], store=store, words=WordVectors(embedding), config=RagConfig(passages=3), filters=Filters()
    )
    store.close()

    first = [each.article.document for each in looked.found[:3]]
    assert "museum" in first
    assert any(each.startswith("harbour") for each in first)
    assert len({each.passage.id for each in looked.found}) == len(looked.found)


def test_plain_model_leaves_the_order(tmp_path: Path) -> None:
    """Without word vectors nothing is known of a passage beyond its rank, and none is lost."""
    store = build_store(tmp_path, (*HARBOUR[:3], MUSEUM))
    words = WordVectors(HashEmbedding())
    looked = look(QUESTION, [], store=store, words=words, config=RagConfig(), filters=Filters())
    store.close()

    assert rerank(looked.query, clauses(QUESTION), looked.found, words) == looked.found
    assert rerank(looked.query, clauses(QUESTION), [], words) == []
