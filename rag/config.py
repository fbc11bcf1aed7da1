"""The settings of `[rag]`: how evidence is found, judged and written up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from index.config import Section


class RagConfig(Section):
    """How a question becomes an answer."""

    writer: Literal["quotes", "model"] = "model"
    """Who writes: `quotes` composes verbatim sentences, `model` lets a language model write from them."""
    candidates: Annotated[int, Field(ge=10, le=1_000)] = 50
    """Passages that each retriever, dense and BM25, hands to the fusion."""
    passages: Annotated[int, Field(ge=1, le=100)] = 12
    """Passages whose sentences are read for evidence."""
    evidence: Annotated[int, Field(ge=1, le=20)] = 5
    """Numbered sentences that a language model gets to see."""
    quotes: Annotated[int, Field(ge=1, le=10)] = 2
    """Most quotes in an answer of the `quotes` writer."""
    answer_from: Annotated[float, Field(ge=0, le=1)] = 0.40
    """Least probability that the corpus answers the question; below it the answer abstains."""
    question_characters: Annotated[int, Field(ge=100, le=100_000)] = 2_000
    """Longest question; longer ones are refused."""
    history_turns: Annotated[int, Field(ge=0, le=50)] = 6
    """Earlier turns that a follow-up may refer to."""
    model_seconds: Annotated[float, Field(gt=0, le=3_600)] = 90.0
    """Longest time for a language model's whole answer; then the quotes stand in."""
    model_tokens: Annotated[int, Field(ge=16, le=2_000)] = 110
    """Most tokens that a language model may write for one answer."""
