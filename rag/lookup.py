"""Pasted words → the articles that hold them: exactly, then but for typography, then the nearest."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from index.article import Article
from index.errors import QuestionError
from index.store import Store

_NEAREST = 3
_LEAST_LIKE = 0.6
_EVEN = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "‑": "-", "…": "."})


@dataclass(frozen=True, slots=True)
class Match:
    """Words of an article: the same, the same but for typography, or the nearest (`likeness` below 1)."""

    match: Literal["exact", "normalised", "nearest"]
    likeness: float
    article: str
    document: str
    start: int
    end: int
    quote: str
    title: str | None
    outlet: str | None
    published: str | None


def look_up(words: str, store: Store) -> tuple[Match, ...]:
    """Every article that holds the words; when none does, the nearest sentences, best first.

    Raises QuestionError for words without a letter or digit.
    """
    if not any(character.isalnum() for character in words):
        raise QuestionError("There are no words to look up. Paste the words of a quote.")
    wanted = words.strip().strip("“”\"'‘’ ")
    articles = store.articles()
    exact = [
        _match("exact", 1.0, each, at, at + len(wanted)) for each in articles if (at := each.text.find(wanted)) >= 0
    ]
    if exact:
        return tuple(exact)
    pattern = re.compile(r"\s+".join(map(re.escape, wanted.translate(_EVEN).split())), re.IGNORECASE)
    # Every replacement is one character for one, so that offsets stay those of the article.
    even = [(each, pattern.search(each.text.translate(_EVEN))) for each in articles]
    found = [_match("normalised", 1.0, each, match.start(), match.end()) for each, match in even if match]
    return tuple(found) or _nearest(wanted, articles)


def _nearest(wanted: str, articles: tuple[Article, ...]) -> tuple[Match, ...]:
    rows = []
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted.lower())
    for article in articles:
        for sentence in article.sentences:
            matcher.set_seq1(article.words(sentence).lower())
            if matcher.real_quick_ratio() >= _LEAST_LIKE and matcher.quick_ratio() >= _LEAST_LIKE:
                likeness = matcher.ratio()
                if likeness >= _LEAST_LIKE:
                    rows.append(_match("nearest", round(likeness, 4), article, sentence.start, sentence.end))
    return tuple(sorted(rows, key=lambda each: -each.likeness)[:_NEAREST])


def _match(
    kind: Literal["exact", "normalised", "nearest"], likeness: float, article: Article, start: int, end: int
) -> Match:
    about = article.about
    quote = article.text[start:end]
    return Match(
        kind, likeness, article.id, article.document, start, end, quote, about.title, about.outlet, about.published
    )
