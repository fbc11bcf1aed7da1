"""Where evidence contradicts evidence, both sides stand beside each other."""

from __future__ import annotations

from rag.answer import Citation, Disagreement, Evidence, Side
from rag.disagree import disagreement
from rag.understand import understand
from tests.fakes import HashEmbedding

QUESTION = "Has the North exported weapons to Russia?"
CLAIM = "Seoul said the North exported weapons to Russia."
DENIAL = "The North denied that it exported weapons to Russia."


def evidence(number: int, quote: str) -> Evidence:
    """Make a piece of evidence of a sentence."""
    return Evidence(Citation(number, "a", f"{number}.txt", 0, len(quote), quote), 0.9)


def test_who_says_so_stands_before_who_denies_it() -> None:
    """Each side has its citation, and their order does not depend on which was found first."""
    query = understand(QUESTION, [], embedding=HashEmbedding(), frequency=lambda _: 0.1)

    assert disagreement(query, evidence(1, CLAIM), evidence(2, DENIAL)) == Disagreement(
        QUESTION, (Side("says so", (1,)), Side("denies it", (2,)))
    )
    assert disagreement(query, evidence(1, DENIAL), evidence(2, CLAIM)) == Disagreement(
        QUESTION, (Side("says so", (2,)), Side("denies it", (1,)))
    )
