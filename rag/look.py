"""Question and turns → what it means and what is found for it, once more where words of it are misspelt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from llama_index.core.base.embeddings.base import BaseEmbedding

from index.article import Filters
from index.store import Store
from rag.answer import Turn
from rag.config import RagConfig
from rag.parts import parts
from rag.retrieve import Found, Probe, search
from rag.spelling import misspelt, respelt
from rag.understand import Query, understand


@dataclass(frozen=True, slots=True)
class Looked:
    """A question, the questions that it is made of, where it is of several, and the passages found, best first."""

    query: Query
    parts: tuple[Query, ...]
    found: list[Found]


def look(
    question: str, turns: Sequence[Turn], *, store: Store, embedding: BaseEmbedding, config: RagConfig, filters: Filters
) -> Looked:
    """Understand a question and search for it; what is misspelt is searched for as the passages spell it."""

    def once(asked: str, before: Sequence[Turn]) -> Looked:
        query = understand(asked, before, embedding=embedding, frequency=store.frequency)
        joined = tuple(
            understand(each, [], embedding=embedding, frequency=store.frequency) for each in parts(query.text)
        )
        probes = [Probe(each.text, each.vector) for each in joined]
        found = search(store, words=query.text, vector=query.vector, config=config, filters=filters, parts=probes)
        return Looked(query, joined, found)

    looked = once(question, turns)
    near = misspelt(looked.query, looked.found)
    if not near:
        return looked
    looked = once(respelt(question, near), [replace(each, question=respelt(each.question, near)) for each in turns])
    return replace(looked, query=replace(looked.query, question=question))
