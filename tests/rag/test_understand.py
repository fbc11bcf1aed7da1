"""Questions are checked, completed from the turns before, weighed and embedded."""

from __future__ import annotations

import numpy as np
import pytest

from index.embed import MiniLmEmbedding, embed_question
from index.errors import QuestionError
from rag.answer import Turn
from rag.config import RagConfig
from rag.understand import check_question, complete, rarity, understand
from tests.fakes import HashEmbedding

FIRST = Turn("How many containers did North Korea ship to Russia?", "About 7,000 [1].")


@pytest.mark.parametrize(
    "question",
    [
        "Who said so?",
        "And in return?",
        "When did he say that?",
        "Why?",
        "What about the ships?",
        "But did they deny it?",
        "How had that changed by the end of September?",
        "Has any country other than Norway done the same?",
        "And how many came back the other way in the end?",
    ],
)
def test_follow_up_is_completed(question: str) -> None:
    """A question that points back gets the question before it in brackets."""
    assert complete(question, [FIRST]) == f"{question} ({FIRST.question})"


@pytest.mark.parametrize(
    "question",
    [
        "Which city did the president of France visit in May?",
        "How tall is the Eiffel Tower in Paris, France?",
        "Who is Bo Berg?",
        "What is NATO?",
        "Did Norway say that the port of Cork was closed?",
        "Has this year seen more ships in the port of Cork?",
        "Did those who live in Cork vote for the tunnel?",
    ],
)
def test_question_of_its_own_stays_as_it_is(question: str) -> None:
    """A question that names what it is about is not completed; nor is any without turns before."""
    assert complete(question, [FIRST]) == question
    assert complete("And in return?", []) == "And in return?"


def test_follow_ups_chain_back_to_what_they_are_about() -> None:
    """A follow-up to a follow-up reaches the question that names the matter."""
    turns = [FIRST, Turn("And in return?", "…")]

    assert complete("Who said so?", turns) == f"Who said so? (And in return? ({FIRST.question}))"


@pytest.mark.parametrize(
    ("earlier", "question", "standalone"),
    [
        ("Who is Bo Berg?", "What did he sell to Cork in May?", "What did Bo Berg sell to Cork in May?"),
        ("Who is Ada Alt?", "What was her first ship called?", "What was Ada Alt’s first ship called?"),
        ("Who is Ada Alt?", "Why did the port of Cork fine her?", "Why did the port of Cork fine Ada Alt?"),
        (
            "Who is the sister of Bo Berg?",
            "What did they say to her?",
            "What did they say to her? (Who is the sister of Bo Berg?)",
        ),
        ("Who is Bo Berg?", "Did Ada Alt say that he sold ships?", "Did Ada Alt say that he sold ships?"),
    ],
)
def test_person_of_before_is_named(earlier: str, question: str, standalone: str) -> None:
    """“He” and “she” are whom the question before names, when it names one and nobody stands between."""
    assert complete(question, [Turn(earlier)]) == standalone


def test_blanks_around_and_inside_a_question_are_evened() -> None:
    """A question comes back on one line, without blanks around it."""
    assert check_question("  Who \n\t denied it? ", RagConfig()) == "Who denied it?"


@pytest.mark.parametrize("question", ["", "   \n", "?!…", "“ ”", "🎉"])
def test_question_without_a_word_is_refused(question: str) -> None:
    """A question without a letter or digit is refused, with an example of one."""
    with pytest.raises(QuestionError) as refused:
        check_question(question, RagConfig())

    assert str(refused.value) == (
        "The question is empty: no word was found in it. Ask in words, for example: Who denied it?"
    )


def test_question_that_is_too_long_is_refused() -> None:
    """The longest question passes; one character more is refused, with both lengths and what to do."""
    config = RagConfig(question_characters=100)
    assert check_question("x" * 100, config) == "x" * 100

    with pytest.raises(QuestionError) as refused:
        check_question("x" * 101, config)

    assert str(refused.value) == (
        "The question has 101 characters; at most 100 are read. "
        "Ask a shorter one, or look pasted words up with: verbatim quote"
    )


def test_terms_are_weighed_by_rarity() -> None:
    """A rare word weighs more than a frequent one, a word of an earlier question half."""
    shares = {"Kim": 0.5, "visit": 0.01, "Bergen": 0.01, "yesterday": 0.0}

    query = understand(
        "Did he visit?",
        [Turn("Is Bergen large?")],
        embedding=HashEmbedding(),
        frequency=lambda word: shares.get(word, 1.0),
    )

    weights = dict(zip([term.word for term in query.terms], query.weights.tolist(), strict=True))
    assert query.text == "Did he visit? (Is Bergen large?)"
    assert query.asks == "whether"
    assert weights == pytest.approx(
        {"visit": rarity(0.01), "Bergen": rarity(0.01) / 2, "large": rarity(1.0) / 2}, abs=1e-6
    )


def test_words_that_the_corpus_lacks_are_told() -> None:
    """A term in no passage is absent, one in some is not."""
    query = understand(
        "Did Kim visit Atlantis?", [], embedding=HashEmbedding(), frequency=lambda word: float(word == "Kim")
    )

    assert dict(zip([term.word for term in query.terms], query.absent, strict=True)) == {
        "Kim": False,
        "visit": True,
        "Atlantis": True,
    }


def test_rarity_falls_from_one_to_nothing() -> None:
    """A word in no passage weighs 1, one in all of them next to nothing, and less with each share."""
    weights = [rarity(share) for share in (0.0, 1e-6, 0.001, 0.01, 0.1, 0.5, 1.0)]

    assert weights[0] == weights[1] == pytest.approx(1.0, abs=1e-6)
    assert weights == sorted(weights, reverse=True)
    assert 0.0 <= weights[-1] < 0.1


def test_question_has_its_vector_and_no_word_vectors_from_a_plain_model() -> None:
    """The standalone question is what is embedded; a model without word vectors gives none."""
    query = understand("Who said so?", [FIRST], embedding=HashEmbedding(), frequency=lambda _: 0.1)

    assert query.vector.tolist() == embed_question(HashEmbedding(), query.text).tolist()
    assert query.term_vectors is None


def test_word_vectors_of_minilm() -> None:
    """MiniLM gives each term a vector of unit length, also where a term is cut into pieces."""
    query = understand(
        "Did Vostochny’s 7,000 containers arrive?", [], embedding=MiniLmEmbedding(threads=1), frequency=lambda _: 0.1
    )

    assert query.term_vectors is not None
    assert query.term_vectors.shape == (len(query.terms), 384)
    assert np.linalg.norm(query.term_vectors, axis=1) == pytest.approx(np.ones(len(query.terms)), abs=1e-5)
