"""The corpus and its articles as the plain values that the page draws.

An article is cut into segments here, because JavaScript counts UTF-16 units where `Article.text` counts characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from index.article import Article, Coverage, Description, Filters
from index.catalog import Listed
from index.lexical import day_number, day_range
from rag.lookup import Match
from ui.render import render_listing
from ui.shapes import ArticleView, CorpusView, HoldingView, LibraryView, ListedView, MatchView, SegmentView, Span
from ui.words import counted, excerpt, shown_date, shown_dates, shown_outlet, shown_quote, shown_title

PARAGRAPH = re.compile(r"[^\n]*\n+|[^\n]+$")
LISTED = 500
"""Articles in the list of all; a larger corpus says how many more there are."""


def article_view(article: Article, spans: Sequence[Span] = ()) -> ArticleView:
    """Cut an article into paragraphs and segments, at the borders of the quotes and of their sentences."""
    about = article.about
    known = [f"By {about.author}"] if about.author else []
    known += [f"Published {shown_date(about.published)}"] if about.published else []
    known += [f"Updated {shown_date(about.updated)}"] if about.updated else []
    return ArticleView(
        id=article.id,
        document=article.document,
        title=shown_title(about.title, article.text),
        headline=bool(about.title) and not article.text.lstrip().startswith((about.title or "").strip()),
        about=" · ".join(known),
        outlet=shown_outlet(about.outlet),
        date=shown_date(about.published),
        url=about.url if (about.url or "").startswith("https://") else None,
        paragraphs=_paragraphs(article, [each for each in spans if 0 <= each["start"] < each["end"]]),
    )


def _paragraphs(article: Article, spans: Sequence[Span]) -> list[list[SegmentView]]:
    """Cut the text into paragraphs; line breaks stay with the paragraph that they end."""
    around = [_sentences(article, span) for span in spans]
    borders = sorted({edge for each in (*spans, *around) for edge in (each["start"], each["end"])})
    paragraphs = []
    for found in PARAGRAPH.finditer(article.text):
        cuts = [found.start(), *(edge for edge in borders if found.start() < edge < found.end()), found.end()]
        paragraphs.append(
            [
                SegmentView(
                    text=article.text[start:end],
                    quotes=_within(spans, start, end),
                    sentences=_within(around, start, end),
                )
                for start, end in pairwise(cuts)
            ]
        )
    return paragraphs


def _within(spans: Sequence[Span], start: int, end: int) -> list[int]:
    return [each["number"] for each in spans if each["start"] <= start and end <= each["end"]]


def _sentences(article: Article, span: Span) -> Span:
    """Widen a quote to the whole sentences that it touches."""
    touched = [each for each in article.sentences if each.start < span["end"] and span["start"] < each.end]
    if not touched:
        return span
    return Span(
        number=span["number"],
        start=min(span["start"], touched[0].start),
        end=max(span["end"], touched[-1].end),
    )


def library_view(articles: Sequence[Article], coverage: Coverage) -> LibraryView:
    """Describe the corpus as the page first shows it; the desk adds what its settings say."""
    rows = [listed(each) for each in articles[:LISTED]]
    return LibraryView(
        total=coverage.articles,
        counts=shown_counts(coverage),
        outlets=list(coverage.outlets),
        examples=[],
        longest=0,
        listing=render_listing(rows, total=coverage.articles),
    )


def shown_counts(coverage: Coverage) -> str:
    """Write how many articles there are, of how many publishers, from when to when."""
    dated = shown_dates(coverage.first, coverage.last)
    counts = [counted(coverage.articles, "article"), counted(len(coverage.outlets), "named publisher"), dated]
    return " · ".join(each for each in counts if each)


def listed(article: Article) -> ListedView:
    """Describe an article for the list of all."""
    return ListedView(
        id=article.id,
        title=shown_title(article.about.title, article.text),
        outlet=shown_outlet(article.about.outlet),
        date=shown_date(article.about.published),
    )


def corpus_view(listed: Sequence[Listed], coverage: Coverage, *, rules: str, is_open: bool) -> CorpusView:
    """Describe the corpus page; what failed comes first, as it wants something done."""
    ordered = sorted(listed, key=lambda each: each.state != "failed")
    return CorpusView(
        counts=shown_counts(coverage),
        rules=rules,
        open=is_open,
        total=len(ordered),
        failures=sum(each.state == "failed" for each in ordered),
        holdings=[_holding(each) for each in ordered[:LISTED]],
    )


def _holding(listed: Listed) -> HoldingView:
    failed = listed.state == "failed"
    title = listed.document if failed else shown_title(listed.about.title, listed.document)
    about = [] if failed else [_about(listed.about)]
    about += [f"updated {shown_date(listed.about.updated)}"] if listed.about.updated else []
    about += [listed.document] if title != listed.document else []
    return HoldingView(
        id=listed.id,
        title=title,
        about=" · ".join(about),
        state=f"Not indexed: {listed.reason}"
        if failed
        else f"Indexed {shown_date(listed.indexed[:10])}, {counted(listed.characters, 'character')}",
        failed=failed,
    )


def _about(about: Description) -> str:
    return f"{shown_outlet(about.outlet)} · {shown_date(about.published)}"


MATCHES = {"exact": "Word for word", "normalised": "The same, but for typography or line breaks"}


def match_view(match: Match) -> MatchView:
    """Describe where looked-up words are, and how like them what is there is."""
    about = [shown_outlet(match.outlet), shown_date(match.published), match.title or match.document]
    return MatchView(
        article=match.article,
        start=match.start,
        end=match.end,
        kind=MATCHES.get(match.match, f"Not these words, but near them ({match.likeness:.0%} alike)"),
        shown=excerpt(shown_quote(match.quote), most=600),
        about=" · ".join(about),
    )


def hidden_by(filters: Filters, articles: Sequence[Article]) -> int:
    """Count the articles that the filters keep out of an answer."""
    return sum(not _passes(each, filters) for each in articles)


def _passes(article: Article, filters: Filters) -> bool:
    """Tell whether an article may answer, by the same rule as the indexes."""
    if filters.outlets and article.about.outlet not in filters.outlets:
        return False
    if not (filters.after or filters.before):
        return True
    published = day_number(article.about.published)
    first, last = day_range(filters)
    return first <= published <= last or (filters.undated and not published)
