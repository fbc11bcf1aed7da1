"""A question that takes for granted what the articles deny is found out; others are left in peace."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.config import RagConfig
from rag.evidence import Ranked, rank
from rag.features import WordVectors, candidates
from rag.premise import contradicted, stance
from rag.retrieve import search
from rag.understand import understand
from tests.fakes import HashEmbedding, Told, build_store

DENIAL = "Mayor Ada Alt has denied that the ferry was sold to Cork."
LIGHTHOUSE = "Cy Crane said the new lighthouse of Cork had problems with its lamp."
TRAM = "The tram of Bergen can still run at night."
ROWS = (
    Told("denial", f"{DENIAL} It rained all day."),
    Told("block", "Lima blocked the plan of Bergen for a new quay. The quay is old."),
    Told("agree", "Bergen approved the museum in May. The council of Lima refused to pay for the museum in Bergen."),
    Told("lamp", LIGHTHOUSE),
    Told("tram", f"{TRAM} It is red."),
)


def asked(folder: Path, question: str) -> Ranked | None:
    """Ask as far as the premise."""
    store, embedding = build_store(folder, ROWS), HashEmbedding()
    query = understand(question, [], embedding=embedding, frequency=store.frequency)
    found = search(store, words=query.text, vector=query.vector, config=RagConfig())
    result = contradicted(query, rank(candidates(query, found, WordVectors(embedding))))
    store.close()
    return result


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Why did Ada Alt admit that the ferry was sold to Cork?", DENIAL),
        ("Why did Lima support the plan of Bergen for a new quay?", ROWS[1].text.split(". ")[0] + "."),
        ("Why did Cy Crane praise the new lighthouse of Cork?", LIGHTHOUSE),
        ("Why does the tram of Bergen no longer run at night?", TRAM),
    ],
)
def test_contradicted_premise(tmp_path: Path, question: str, expected: str) -> None:
    """Who is said to admit or support, and in truth denied or blocked, is answered with the sentence that says so."""
    found = asked(tmp_path, question)

    assert found is not None
    assert found.text == expected


@pytest.mark.parametrize(
    "question",
    [
        "Why did Ada Alt deny that the ferry was sold to Cork?",
        "Did Ada Alt admit that the ferry was sold to Cork?",
        "What did Ada Alt say of the ferry that was sold to Cork?",
        "When did Bergen approve the museum?",
        "Why did the king of Norway admit that he lied?",
        "Why does the ferry to Lima no longer run at night?",
    ],
    ids=["it is so", "whether", "nothing taken for granted", "one says so", "another matter", "over elsewhere"],
)
def test_premise_that_nobody_contradicts(tmp_path: Path, question: str) -> None:
    """A premise that holds, that is itself asked, or of which no article speaks is not corrected."""
    assert asked(tmp_path, question) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Alt admitted it.", "for"),
        ("Alt has never confirmed it.", "against"),
        ("Lima blocked it.", "against"),
        ("Alt crossed the bridge.", None),
    ],
)
def test_stance(text: str, expected: str | None) -> None:
    """To commit is for, to refuse, to deny or not to commit is against, and all else is neither."""
    assert stance(text) == expected
