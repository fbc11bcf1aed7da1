"""Where evidence contradicts evidence, both sides stand beside each other."""

from __future__ import annotations

import pytest

from rag.answer import Citation, Disagreement, Evidence, Side
from rag.disagree import disagreements
from rag.understand import Query, understand
from tests.fakes import HashEmbedding

CLAIM = "Seoul said the North exported weapons to Russia."
MORE = "Officials in Kyiv found weapons that Russia had got from the North."
DENIAL = "The North denied that it exported weapons to Russia."
ASIDE = "The weather in Seoul was fine."


def ask(question: str) -> Query:
    """Make a question ready."""
    return understand(question, [], embedding=HashEmbedding(), frequency=lambda _: 0.1)


def evidence(*quotes: str) -> list[Evidence]:
    """Make numbered evidence of sentences."""
    return [
        Evidence(Citation(number, "a", f"{number}.txt", 0, len(quote), quote), 0.9)
        for number, quote in enumerate(quotes, start=1)
    ]


def test_claim_and_denial_disagree() -> None:
    """A sentence that says it and one that denies it are two sides, each with its citations; an aside is on neither."""
    question = "Has the North exported weapons to Russia?"

    assert disagreements(ask(question), evidence(CLAIM, DENIAL, ASIDE, MORE)) == (
        Disagreement(question, (Side("says so", (1, 4)), Side("denies it", (2,)))),
    )


@pytest.mark.parametrize(
    "quotes",
    [(), (CLAIM,), (CLAIM, MORE), (DENIAL,), (CLAIM, "Moscow denied that its grain harvest had failed.")],
    ids=["nothing", "one claim", "two claims", "one denial", "a denial of something else"],
)
def test_no_disagreement_where_there_are_no_two_sides(quotes: tuple[str, ...]) -> None:
    """Without a denial of what another sentence says there is no disagreement."""
    assert disagreements(ask("Has the North exported weapons to Russia?"), evidence(*quotes)) == ()
