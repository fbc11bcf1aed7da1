"""The shapes of the JSON that the page's script draws; `ui.view` fills them."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict  # pydantic checks these shapes, and on Python 3.11 takes no others

VerdictKind = Literal["supported", "partly", "disagree", "premise", "absent"]


class StageView(TypedDict):
    """One part of the work, in words."""

    name: str
    words: str


class QuoteView(TypedDict):
    """A citation: `quote` is what the article says, `shown` is that between the page's quotation marks.

    `label` is its chip's name for a screen reader, `excerpt` the beginning of a long one. `exact` tells whether the
    article holds these words at this place; the page shows no chip for one that fails. `also` is empty, or says
    how many other outlets carry the story.
    """

    number: int
    article: str
    document: str
    start: int
    end: int
    quote: str
    shown: str
    excerpt: str
    label: str
    title: str
    outlet: str
    also: str
    date: str
    published: str | None
    when: str | None
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


class MomentView(TypedDict):
    """A quote in a timeline; `whose` tells whether the date is the text's or the article's."""

    date: str
    whose: str
    number: int


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
    `undisputed` are those of them that are on no side of a disagreement. `written` says what made the sentences.
    """

    verdict: VerdictView
    absence: AbsenceView | None
    disagreements: list[DisagreementView]
    undisputed: list[int]
    timeline: list[MomentView]
    notes: list[str]
    standalone: str
    answered: str
    written: str
    used: list[int]
    matching: int
    announcement: str
    text: str
    markdown: str
    record: dict[str, object]


class Drawn(TypedDict):
    """The HTML of a turn's parts, by `ui.render`; the sentences themselves the page's script puts in, one by one.

    `evidence` is what was found, `head` stands above the sentences, `body` below them, `sources` in the other column
    under its `title`, which is plain text.
    """

    evidence: str
    head: str
    body: str
    title: str
    sources: str


class TurnView(TypedDict):
    """A question and all that is known of its answer so far; each event of asking carries it whole."""

    id: str
    question: str
    state: Literal["waiting", "asking", "done", "failed", "stopped"]
    message: str
    stages: list[StageView]
    quotes: list[QuoteView]
    claims: list[ClaimView]
    outcome: OutcomeView | None
    drawn: Drawn | None


class SegmentView(TypedDict):
    """A run of an article's text, with the quotes that it is part of, and those whose sentence it is part of."""

    text: str
    quotes: list[int]
    sentences: list[int]


class ArticleView(TypedDict):
    """An article, opened: paragraphs of segments, whose joined texts are the article's text; `about` may be empty."""

    id: str
    document: str
    title: str
    headline: bool
    about: str
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
    """The corpus as the page first shows it; `listing` is the list of its first articles in HTML."""

    total: int
    counts: str
    outlets: list[str]
    examples: list[ExampleView]
    longest: int
    listing: str


class HoldingView(TypedDict):
    """An article on the corpus page, or what could not become one and why."""

    id: str
    title: str
    about: str
    state: str
    failed: bool


class CorpusView(TypedDict):
    """The corpus page: `rules` says what may be added, or why nothing may; `holdings` are the first of `total`."""

    counts: str
    rules: str
    open: bool
    total: int
    failures: int
    holdings: list[HoldingView]


class MatchView(TypedDict):
    """Words that were looked up, where an article has them."""

    article: str
    start: int
    end: int
    kind: str
    shown: str
    about: str
