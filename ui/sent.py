"""What a browser sends, checked: frozen, bounded, unknown keys refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ui.shapes import TurnView


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


IsoDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}){0,2}$")]


class SentFilters(_Sent):
    """The filters that a browser sends."""

    after: IsoDate | None = None
    before: IsoDate | None = None
    outlets: Annotated[tuple[str, ...], Field(max_length=1_000)] = ()
    undated: bool = False


class SentTurn(_Sent):
    """An earlier turn of the conversation, as the browser kept it."""

    question: str
    answer: str = ""


class SentQuestion(_Sent):
    """A question with the conversation before it."""

    id: Annotated[str, Field(max_length=64)]
    question: str
    turns: Annotated[tuple[SentTurn, ...], Field(max_length=100)] = ()
    filters: SentFilters = SentFilters()


class SentOpening(_Sent):
    """An article to open, with the quotes to mark in it."""

    key: Annotated[str, Field(max_length=500)]
    spans: Annotated[tuple[tuple[int, int, int], ...], Field(max_length=200)] = ()


class SentHeard(_Sent):
    """What an answer cited: the articles, by id, and who speaks in its quotes."""

    articles: Annotated[tuple[Annotated[str, Field(max_length=500)], ...], Field(max_length=50)]
    heard: Annotated[tuple[Annotated[str, Field(max_length=500)], ...], Field(max_length=50)] = ()


class SentReport(_Sent):
    """What a reader says of an answer; `answer` is its record, as the page got it."""

    helpful: bool
    reasons: Annotated[
        tuple[Literal["unsupported_quote", "missing", "wrong_source", "should_abstain"], ...], Field(max_length=4)
    ] = ()
    comment: Annotated[str, Field(max_length=2_000)] = ""
    question: Annotated[str, Field(max_length=100_000)]
    answer: dict[str, object]


class SentWords(_Sent):
    """Words to look up."""

    words: Annotated[str, Field(max_length=10_000)]


KEPT_TURN = TypeAdapter(TurnView)
"""Checks a turn that a browser kept."""
