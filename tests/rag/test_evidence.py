"""Evidence: numbered sentences, each of one story once, cited exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.store import Store
from rag.answer import Evidence
from rag.config import RagConfig
from rag.evidence import Ranked, choose, cite, rank, within_question
from rag.features import SENTENCE_FEATURES, WordVectors, candidates
from rag.retrieve import search
from rag.understand import Query, understand
from tests.fakes import BRIDGE, TINY, HashEmbedding, Told, build_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Index the tiny articles."""
    opened = build_store(tmp_path_factory.mktemp("tiny"))
    yield opened
    opened.close()


def ranked(store: Store, question: str) -> tuple[Query, list[Ranked]]:
    """Ask as far as the ranking."""
    embedding = HashEmbedding()
    query = understand(question, [], embedding=embedding, frequency=store.frequency)
    found = search(store, words=query.text, vector=query.vector, config=RagConfig())
    return query, rank(candidates(query, found, WordVectors(embedding)))


def evidence(store: Store, question: str, *, most: int = 6) -> tuple[Evidence, ...]:
    """Ask as far as the evidence."""
    return choose(*ranked(store, question), most=most)


def test_ranking_is_by_probability(store: Store) -> None:
    """Sentences are sorted by a probability, the answering one first; none stay none."""
    _, found = ranked(store, "What did the bridge cost a day?")

    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert found[0].text == "“The bridge cost 900 crowns a day,” said Mayor Ada Alt."
    assert rank([]) == []


def test_features_are_measured_within_the_question() -> None:
    """Features become deviations from the question's mean; one that does not differ becomes nothing."""
    assert within_question(np.array([[1.0, 5.0], [3.0, 5.0]])).tolist() == [[-1.0, 0.0], [1.0, 0.0]]


def test_evidence_is_numbered_and_as_many_as_asked(store: Store) -> None:
    """Evidence is numbered from 1, at most as many sentences as asked for, none twice."""
    chosen = evidence(store, "What did the bridge cost a day?", most=4)

    assert [each.citation.number for each in chosen] == [1, 2, 3, 4]
    assert len({(each.citation.article, each.citation.start) for each in chosen}) == 4
    assert chosen[0].citation.quote == "“The bridge cost 900 crowns a day,” said Mayor Ada Alt."


def test_citations_are_exact(store: Store) -> None:
    """Each citation is a sentence of its stored article, with what is known of the article."""
    for each in evidence(store, "Who closed the bridge, the quay and the museum?", most=9):
        article = store.article(each.citation.document)
        citation = each.citation
        assert article.text[citation.start : citation.end] == citation.quote
        assert (citation.start, citation.end) in {(one.start, one.end) for one in article.sentences}
        assert (citation.article, citation.title, citation.outlet, citation.published) == (
            article.id,
            article.about.title,
            article.about.outlet,
            article.about.published,
        )


def test_one_story_counts_once(tmp_path: Path) -> None:
    """What three articles print in the same words, or nearly, is evidence once."""
    nearly = BRIDGE.text.replace("4,000 passengers", "4,000 weary passengers")
    copies = [replace(BRIDGE, id="copy", source="Another"), Told("nearly", nearly), *TINY]
    store = build_store(tmp_path, copies)

    quotes = [each.citation.quote for each in evidence(store, "What did the bridge in Bergen cost a day?", most=20)]

    assert len([quote for quote in quotes if "900 crowns" in quote]) == 1
    assert len([quote for quote in quotes if "passengers" in quote]) == 1
    assert len(quotes) == 9
    store.close()


def test_citation_names_the_other_outlets_of_its_story(tmp_path: Path) -> None:
    """A citation says which other outlets carry the story; one that stands alone names none."""
    store = build_store(tmp_path, [*TINY, replace(BRIDGE, id="copy", source="Another")])

    chosen = evidence(store, "What did the bridge in Bergen cost a day, and what was lost in Cork?")
    also = {each.citation.outlet: each.citation.also for each in chosen}

    carried = {"The Bergen Times": ("Another",), "Another": ("The Bergen Times",)}
    assert also["The Cork Post"] == ()
    assert {name: carried[name] for name in also if name in carried} == {
        name: others for name, others in also.items() if name in carried
    }
    assert set(carried) & set(also)
    store.close()


def test_question_that_joins_two_matters_gets_both(store: Store) -> None:
    """The second piece of evidence speaks of what the first does not."""
    chosen = evidence(
        store, "What did the bridge cost a day, and what did the painting of the museum of Lima cost?", most=2
    )

    assert {each.citation.document for each in chosen} == {"bridge", "museum"}


def test_what_must_stand_first_does(store: Store) -> None:
    """Sentences that are given begin the evidence, in their order, and none of them comes again."""
    query, found = ranked(store, "What did the bridge cost a day?")

    chosen = choose(query, found, most=4, first=[found[3], found[1]])

    assert [each.citation.quote for each in chosen[:2]] == [found[3].text, found[1].text]
    assert len({each.citation.quote for each in chosen}) == 4


def test_citation_of_a_ranked_sentence(store: Store) -> None:
    """A citation has the number that it is given, and who speaks."""
    _, found = ranked(store, "What did the bridge cost a day?")

    citation = cite(found[0], 7)

    assert (citation.number, citation.document, citation.speaker) == (7, "bridge", "Mayor Ada Alt")


def test_features_have_the_order_of_their_names(store: Store) -> None:
    """A ranked sentence keeps its features, as many as there are names."""
    _, found = ranked(store, "bridge")

    assert {len(each.candidate.features) for each in found} == {len(SENTENCE_FEATURES)}
