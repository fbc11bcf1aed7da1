"""Pasted words → the articles that hold them: exactly, then but for typography, then the nearest.

The BM25 index names the passages that can hold the words, and only their articles are read: what a
look-up costs does not grow with the corpus.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from index.article import Article, Passage, Sentence
from index.errors import QuestionError
from index.store import Store

Kind = Literal["exact", "normalised", "nearest"]

_PASSAGES = 200
"""Passages that may hold the words and are looked at."""
_RESEMBLING = 40
"""Passages that share words and are compared, when none holds them all."""
_PHRASE = 8
"""Words of a phrase that must stand in one passage."""
_NEAREST = 3
_LEAST_LIKE = 0.6
_LONGER = 1.5
"""How much longer than the pasted words a sentence may be, to be compared and shown whole."""
_MOST_CHARACTERS = 5_000
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*\s+|\n+")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_MARKS = "“”„‟\"'‘’‚‛«»‹›`´ "
_ANY = {
    "ellipsis": r"\s*(?:…|\.\s?\.\s?\.)",
    "dash": r"\s*[-‐‑‒–—―−]+\s*",
    "quote": r"[“”„‟\"'‘’‚‛«»‹›`´]{1,2}",
    "space": r"[\s\u200b]+",
}
"""What is the same in another typography, by its kind."""
_TYPOGRAPHY = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _ANY.items()))


class Difference(NamedTuple):
    """Words that were pasted, and those that the article has in their place; either may be none.

    `start` and `end` are the characters of the article's words, within the match's quote.
    """

    pasted: str
    printed: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """Words of an article: the same, the same but for typography, or the nearest (`likeness` below 1).

    `differences` are those of a nearest match, in reading order.
    """

    match: Kind
    likeness: float
    article: str
    document: str
    start: int
    end: int
    quote: str
    title: str | None
    outlet: str | None
    published: str | None
    differences: tuple[Difference, ...] = ()


def look_up(words: str, store: Store) -> tuple[Match, ...]:
    """Every article that holds the words; when none does, the nearest sentences, best first.

    Raises QuestionError for words without a letter or digit, and for more than 5,000 characters.
    """
    if not any(character.isalnum() for character in words):
        raise QuestionError("There are no words to look up. Paste the words of a quote.")
    if len(words) > _MOST_CHARACTERS:
        raise QuestionError(f"{len(words):,} characters; at most {_MOST_CHARACTERS:,} can be looked up. Paste fewer.")
    wanted = words.strip().strip(_MARKS)
    holding = [hit.passage for hit in store.holding(phrases(wanted), most=_PASSAGES)]
    resembling = [hit.passage for hit in store.by_words(wanted, most=_RESEMBLING)]
    return (
        _holders(wanted, _articles(store, holding))
        or _holders(wanted, _articles(store, resembling))
        or _nearest(wanted, store, resembling)
    )


def _holders(wanted: str, articles: Sequence[Article]) -> tuple[Match, ...]:
    """The articles that hold the words exactly; when none does, those that hold them in another typography."""
    exact = [
        _match("exact", 1.0, each, Sentence(at, at + len(wanted)))
        for each in articles
        if (at := each.text.find(wanted)) >= 0
    ]
    pattern = typographic(wanted)
    return tuple(exact) or tuple(
        _match("normalised", 1.0, each, Sentence(*found.span()))
        for each in articles
        if (found := pattern.search(each.text))
    )


def phrases(wanted: str) -> list[str]:
    """Cut pasted words into phrases of which at least one stands whole in a passage that holds them.

    Passages end with sentences, so no phrase goes beyond one. The outermost words may have been cut in two by
    who pasted them, and are left out where enough others remain.
    """
    outer = _WORD.findall(wanted)
    sentences = [_WORD.findall(each) for each in _SENTENCE_END.split(wanted)]
    sentences = [each for each in sentences if each]
    if len(outer) > 4:
        sentences[0], sentences[-1] = sentences[0][1:], sentences[-1][:-1]
    whole = [
        each[at : at + _PHRASE]
        for each in sentences
        for at in range(0, max(1, len(each) - _PHRASE // 2), _PHRASE)
        if each
    ]
    longest = max(map(len, whole), default=0)
    # A sentence of a word or two would be found in half of all passages.
    return [" ".join(each) for each in whole if len(each) >= min(3, longest)]


def typographic(wanted: str) -> re.Pattern[str]:
    """A pattern of the same words and signs, whatever the case, quotation marks, dashes, blanks and ellipses."""
    parts: list[str] = []
    last = 0
    for found in _TYPOGRAPHY.finditer(wanted):
        parts += [re.escape(wanted[last : found.start()]), _ANY[found.lastgroup or "space"]]
        last = found.end()
    return re.compile("".join([*parts, re.escape(wanted[last:])]), re.IGNORECASE)


def _articles(store: Store, passages: Sequence[str]) -> tuple[Article, ...]:
    known = store.passages(passages)
    return store.articles(list(dict.fromkeys(passage.article for passage, _ in known.values())))


def _nearest(wanted: str, store: Store, passages: Sequence[str]) -> tuple[Match, ...]:
    """The runs of sentences in and around these passages that resemble the words most, an article once."""
    known = store.passages(passages)
    articles = {each.id: each for each in _articles(store, passages)}
    pasted = _words(wanted)
    count = max(1, sum(bool(_WORD.search(each)) for each in _SENTENCE_END.split(wanted)))
    best: dict[str, Match] = {}
    for passage, _ in known.values():
        article = articles.get(passage.article)
        for run in _runs(article, passage, count) if article else ():
            found = _compared(pasted, article, run) if article else None
            if found and (found.article not in best or found.likeness > best[found.article].likeness):
                best[found.article] = found
    return tuple(sorted(best.values(), key=lambda each: (-each.likeness, each.document))[:_NEAREST])


def _runs(article: Article, passage: Passage, count: int) -> Iterator[Sentence]:
    """The spans of so many neighbouring sentences that touch a passage."""
    for at in range(max(0, passage.first - count + 1), passage.last + 1):
        run = article.sentences[at : at + count]
        yield Sentence(run[0].start, run[-1].end)


def _compared(pasted: Sequence[re.Match[str]], article: Article, run: Sentence) -> Match | None:
    run = _window(pasted, article, run)
    printed = _words(article.words(run))
    matcher = difflib.SequenceMatcher(None, _plain(printed), _plain(pasted), autojunk=False)
    if matcher.real_quick_ratio() < _LEAST_LIKE or matcher.quick_ratio() < _LEAST_LIKE:
        return None
    likeness = matcher.ratio()
    if likeness < _LEAST_LIKE:
        return None
    differences = tuple(
        _difference(pasted[other:other_end], printed, start, end)
        for kind, start, end, other, other_end in matcher.get_opcodes()
        if kind != "equal"
    )
    # Only what is the same is called so, to the last sign.
    return _match("nearest", min(round(likeness, 4), 0.9999), article, run, differences)


def _window(pasted: Sequence[re.Match[str]], article: Article, run: Sentence) -> Sentence:
    """Of sentences that are much longer than the pasted words the part around what both have; else all of them."""
    printed = _words(article.words(run))
    if len(printed) <= _LONGER * len(pasted):
        return run
    same = difflib.SequenceMatcher(None, _plain(printed), _plain(pasted), autojunk=False).find_longest_match()
    first = max(0, same.a - same.b)
    last = min(len(printed), same.a - same.b + len(pasted)) - 1
    return Sentence(run.start + printed[first].start(), run.start + printed[last].end())


def _difference(pasted: Sequence[re.Match[str]], printed: Sequence[re.Match[str]], start: int, end: int) -> Difference:
    """The printed words `start` to `end`, half open; where they are none, the place after the word before."""
    after = printed[start - 1].end() if start else 0
    place = Sentence(printed[start].start(), printed[end - 1].end()) if end > start else Sentence(after, after)
    return Difference(_joined(pasted), _joined(printed[start:end]), place.start, place.end)


def _words(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"\w+(?:['’]\w+)*", text))


def _plain(words: Sequence[re.Match[str]]) -> list[str]:
    return [each.group().lower().replace("’", "'") for each in words]


def _joined(words: Sequence[re.Match[str]]) -> str:
    return words[0].string[words[0].start() : words[-1].end()] if words else ""


def _match(
    kind: Kind, likeness: float, article: Article, span: Sentence, differences: tuple[Difference, ...] = ()
) -> Match:
    about = article.about
    return Match(
        match=kind,
        likeness=likeness,
        article=article.id,
        document=article.document,
        start=span.start,
        end=span.end,
        quote=article.words(span),
        title=about.title,
        outlet=about.outlet,
        published=about.published,
        differences=differences,
    )


def marked(match: Match) -> str:
    """The quote with its differences marked: `[-pasted words-]` that it lacks, `{+its own words+}` in their place."""
    parts: list[str] = []
    last = 0
    for each in match.differences:
        parts.append(match.quote[last : each.start])
        if each.pasted:
            parts.append(f" [-{each.pasted}-] " if not each.printed else f"[-{each.pasted}-] ")
        if each.printed:
            parts.append(f"{{+{each.printed}+}}")
        last = each.end
    return re.sub(r" {2,}", " ", "".join([*parts, match.quote[last:]])).strip()
