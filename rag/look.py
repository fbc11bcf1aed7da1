"""Question and turns → what it means and what is found for it, once more where words of it are misspelt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.article import Filters
from index.embed import embed_question
from index.store import Store
from rag.answer import Turn
from rag.config import RagConfig
from rag.features import WordVectors
from rag.parts import clauses, parts, without_outlets
from rag.rerank import rerank
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
    question: str, turns: Sequence[Turn], *, store: Store, words: WordVectors, config: RagConfig, filters: Filters
) -> Looked:
    """Understand a question and search for it; what is misspelt is searched for as the passages spell it.

    `words` reads passages with the embedding model that the question is understood by.
    """
    embedding = words.embedding

    def probe(text: str) -> Probe:
        plain = " ".join(text.split())
        return Probe(plain, embed_question(embedding, plain))

    def once(asked: str, before: Sequence[Turn]) -> Looked:
        query = understand(asked, before, embedding=embedding, frequency=store.frequency)
        joined = tuple(
            understand(each, [], embedding=embedding, frequency=store.frequency) for each in parts(query.text)
        )
        matters = clauses(query.text)
        if not matters:
            whole, probes = Probe(query.text, query.vector), [Probe(each.text, each.vector) for each in joined]
        else:
            told = without_outlets(query.text)
            whole, probes = probe(told), [probe(told[each.start : each.end]) for each in matters]
        found = search(store, words=whole.words, vector=whole.vector, config=config, filters=filters, parts=probes)
        return Looked(query, joined, rerank(query, matters, found, words) if matters else found)

    looked = once(question, turns)
    near = misspelt(looked.query, looked.found)
    if not near:
        return looked
    looked = once(respelt(question, near), [replace(each, question=respelt(each.question, near)) for each in turns])
    return replace(looked, query=replace(looked.query, question=question))
