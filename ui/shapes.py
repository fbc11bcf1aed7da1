"""The shapes of the JSON that the page's script draws; `ui.view` fills them."""

from __future__ import annotations

from typing import Literal, TypedDict

VerdictKind = Literal["supported", "partly", "disagree", "absent"]


class StageView(TypedDict):
    """One part of the work, in words."""

    name: str
    words: str


class QuoteView(TypedDict):
    """A citation: `quote` is what the article says, `shown` is that between the page's quotation marks.

    `exact` tells whether the article holds these words at this place; the page shows no chip for one that fails.
    """

    number: int
    article: str
    document: str
    start: int
    end: int
    quote: str
    shown: str
    title: str
    outlet: str
    date: str
    published: str | None
    speaker: str | None
    exact: bool


class ClaimView(TypedDict):
    """A sentence of the answer, and the article's own words where it ends with them in quotation marks.

    `fault` is empty unless the sentence was removed.
    """

    text: str
    quoted: str
    citations: list[int]
    removed: bool
    fault: str


class SideView(TypedDict):
    """One position of a disagreement."""

    position: str
    citations: list[int]


class DisagreementView(TypedDict):
    """What is contested, by whom."""

    claim: str
    sides: list[SideView]


class VerdictView(TypedDict):
    """The verdict in words, never a percentage."""

    kind: VerdictKind
    words: str
    reason: str


class AbsenceView(TypedDict):
    """Why there is no answer, and what filters hide."""

    title: str
    reason: str
    covered: str
    hidden: int
    total: int


class OutcomeView(TypedDict):
    """What is known once the answer is complete.

    `used` are the numbers of the quotes that statements stand on; `matching` of them were found word for word.
    """

    verdict: VerdictView
    absence: AbsenceView | None
    disagreements: list[DisagreementView]
    notes: list[str]
    standalone: str
    answered: str
    used: list[int]
    matching: int
    announcement: str
    text: str
    markdown: str
    record: dict[str, object]


class TurnView(TypedDict):
    """A question and all that is known of its answer so far; each event of asking carries it whole."""

    id: str
    question: str
    state: Literal["waiting", "asking", "done", "failed"]
    message: str
    stages: list[StageView]
    quotes: list[QuoteView]
    claims: list[ClaimView]
    outcome: OutcomeView | None


class SegmentView(TypedDict):
    """A run of an article's text, with the quotes that it is part of, and those whose sentence it is part of."""

    text: str
    quotes: list[int]
    sentences: list[int]


class ArticleView(TypedDict):
    """An article, opened: paragraphs of segments, whose joined texts are the article's text."""

    id: str
    document: str
    title: str
    headline: bool
    outlet: str
    date: str
    url: str | None
    paragraphs: list[list[SegmentView]]


class ListedView(TypedDict):
    """An article in the list of all."""

    id: str
    title: str
    outlet: str
    date: str


class Span(TypedDict):
    """Where a quote stands in an article."""

    number: int
    start: int
    end: int


class ExampleView(TypedDict):
    """An example question and the kind of answer that it shows."""

    kind: str
    question: str


class LibraryView(TypedDict):
    """The corpus as the page first shows it; `articles` are the first of `total`."""

    total: int
    dated: str
    counts: str
    outlets: list[str]
    articles: list[ListedView]
    examples: list[ExampleView]
    longest: int
