"""Sentences that are half an answer alone are told together."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.config import RagConfig
from rag.evidence import rank
from rag.features import WordVectors, candidates
from rag.gather import gather
from rag.parts import parts
from rag.retrieve import search
from rag.understand import understand
from tests.fakes import HashEmbedding, Told, build_store

ROWS = (
    Told("claim", "Bo Berg said Alt sold the ferry to Cork in May.", date="2024-05-02"),
    Told("denial", "Alt denied that the ferry was sold to Cork in May.", date="2023-01-05"),
    Told("why", "“I doubt that the new museum opens this year,” said Cy Crane. “Nobody wants to pay for the roof.”"),
)


def told(folder: Path, question: str, rows: tuple[Told, ...] = ROWS) -> tuple[str, list[str]] | None:
    """Ask as far as what must stand together: its kind, and the documents and words of its sentences."""
    store, embedding = build_store(folder, rows), HashEmbedding()
    query = understand(question, [], embedding=embedding, frequency=store.frequency)
    found = search(store, words=query.text, vector=query.vector, config=RagConfig())
    words = WordVectors(embedding)
    each = [understand(part, [], embedding=embedding, frequency=store.frequency) for part in parts(question)]
    together = gather(
        query, rank(candidates(query, found, words)), [rank(candidates(part, found, words)) for part in each]
    )
    store.close()
    return (together.kind, [one.text for one in together.sentences]) if together else None


CLAIM, DENIAL = ROWS[0].text, ROWS[1].text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Was the ferry sold to Cork in May?", ("sides", {CLAIM, DENIAL})),
        ("What did Bo Berg and Cy Crane say about the ferry?", ("parts", None)),
        ("How has what is said about the ferry to Cork changed?", ("dates", None)),
        ("Why does Cy Crane doubt that the new museum opens this year?", ("reason", None)),
    ],
)
def test_what_stands_together(tmp_path: Path, question: str, expected: tuple[str, set[str] | None]) -> None:
    """A question of whether has sides, one of several has parts, one of change has dates, one of why has a reason."""
    found = told(tmp_path, question)

    assert found is not None
    kind, texts = found
    assert kind == expected[0]
    assert len(set(texts)) == len(texts) >= 2
    assert expected[1] is None or set(texts) == expected[1]


def test_what_somebody_says_has_no_other_side_in_what_others_say(tmp_path: Path) -> None:
    """Whether the ferry was sold is disputed; whether somebody says so is not."""
    rows = (ROWS[0], Told("denial", "“I deny that the ferry was sold to Cork in May,” said Ada Alt."))

    assert told(tmp_path / "whether", "Was the ferry sold to Cork in May?", rows) is not None
    assert told(tmp_path / "says", "Did Bo Berg say the ferry was sold to Cork in May?", rows) is None


def test_change_is_told_in_order_of_date(tmp_path: Path) -> None:
    """What was said earlier stands first, whatever answers best."""
    found = told(tmp_path, "How has what is said about the ferry to Cork changed?")

    assert found is not None
    assert found[1].index(DENIAL) < found[1].index(CLAIM)


def test_change_of_somebodys_words_is_told_in_their_words(tmp_path: Path) -> None:
    """What others say is not how his statements changed; and of denials only what denies is told."""
    rows = (
        Told("early", "Bo Berg said the ferry to Cork is safe.", date="2023-01-05"),
        Told("other", "Cy Crane said the ferry to Cork is old, and its statements changed.", date="2023-05-02"),
        Told("late", "Bo Berg denied that the ferry to Cork was sold.", date="2024-05-02"),
    )

    found = told(tmp_path / "all", "How have Bo Berg's statements on the ferry to Cork changed?", rows)
    assert found == ("dates", [rows[0].text, rows[2].text])
    found = told(tmp_path / "denials", "How have Bo Berg's denials on the ferry to Cork changed?", rows)
    assert found == ("dates", [rows[2].text])


@pytest.mark.parametrize("question", ["Who sold the ferry?", "Did Cy Crane open the new museum this year?"])
def test_one_sentence_may_answer_alone(tmp_path: Path, question: str) -> None:
    """A plain question, and one of which only one side is heard, want nothing together."""
    assert told(tmp_path, question) is None
