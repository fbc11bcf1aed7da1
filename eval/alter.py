"""Makes claims that say something else than what they cite: `python -m eval.alter [CORPUS.jsonl…] --out DIR`.

Sentences of the sample articles, and of rows of other corpora, with one detail changed: a number, a date, a name, a
unit, a negation, the speaker, or a clause added. Verification must refuse them all. Beside them stand paraphrases,
written by hand, that it must let pass. `verbatim eval DIR` tells how many it does, by kind.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from eval.sets import ClaimRow, load_rows
from index.article import Article
from index.config import IndexConfig
from index.pipeline import make_article, seeds
from index.read import Raw, read
from rag.speaker import speakers_of
from rag.words import terms

T = TypeVar("T")

PARAPHRASES = Path(__file__).parent / "paraphrases.jsonl"
MOST = 40
"""Claims of a kind, from each of the two: the sample articles, and all other corpora."""
_ROWS = 250
"""Rows of another corpus that are read."""
_WORDS = range(8, 41)
"""Words of a sentence that is altered."""
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_NAME = r"(?:[A-Z][\w-]+ )*[A-Z][\w-]+"
_SAID = r"(?:said|says|told|added|stated|claimed)"
_SPEAKS = re.compile(rf"\b(?P<who>{_NAME}),? {_SAID}\b")
_SPEAKS_LAST = re.compile(rf"\b{_SAID} (?P<who>{_NAME})")
_NUMBER = re.compile(r"(?<![\w.,])(?!(?:19|20)\d\d\b)\d(?:[\d,.]*\d)?(?![\w])")
_DATE = re.compile(rf"\b(?:{'|'.join((*_MONTHS, *_DAYS))}|(?:19|20)\d\d)\b")
_NOT = re.compile(r"\b(?:not|never) ")
_AUXILIARY = re.compile(r"\b(?:is|was|are|were|has|had|have|will|can|could|would|should|did)\b(?! (?:not|no)\b)")
_UNITS = (
    "containers miles kilometres metres feet tons percent dollars years months days hours people soldiers shells "
    "rockets missiles barrels inches members companies"
).split()
_UNIT = re.compile(
    rf"(?:\d[\d,.]*|two|three|four|five|six|seven|ten|dozens?|millions?) (?:of )?(?P<unit>{'|'.join(_UNITS)})\b"
)
_CLAUSES = (
    ", which local farmers praised",
    ", and the court later overturned it",
    ", according to a leaked memo",
    " after a fierce storm in the mountains",
    ", while thousands of students protested",
    ", because the budget was cut",
    ", and engineers repaired the bridge",
    ", killing several villagers",
)
_END = re.compile(r"[.!?]?[”\"’']?$")


class Sentence(NamedTuple):
    """A sentence, and what a citation of it tells besides."""

    text: str
    context: str


class Draw:
    """Chances that are the same every time, and the names that may stand in the place of another."""

    def __init__(self, names: Sequence[str]) -> None:
        self._chance = random.Random(5)  # noqa: S311  # a sample, not a secret
        self._names = names

    def one(self, values: Sequence[T]) -> T:
        """One of the values."""
        return self._chance.choice(values)

    def other(self, values: Sequence[str], old: str) -> str:
        """One of the values, but not the old one."""
        return self.one([each for each in values if each.lower() != old.lower()])

    def match(self, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
        """One of the places where a pattern is found."""
        found = list(pattern.finditer(text))
        return self.one(found) if found else None

    def name(self, text: str) -> str:
        """A name that is not in the text."""
        return self.one([each for each in self._names if each not in text])

    def shuffled(self, values: Sequence[Sentence]) -> list[Sentence]:
        """All values in another order."""
        return self._chance.sample(values, len(values))


def _changed(text: str, match: re.Match[str] | None, new: Callable[[str], str], group: str | int = 0) -> str | None:
    if match is None:
        return None
    return text[: match.start(group)] + new(match[group]) + text[match.end(group) :]


def _number(text: str, draw: Draw) -> str | None:
    more = draw.one([1, 2, 7, 30])
    return _changed(text, draw.match(_NUMBER, text), lambda old: str(int(re.sub(r"\D", "", old)) + more))


def _date(text: str, draw: Draw) -> str | None:
    def other(old: str) -> str:
        return str(int(old) + 3) if old.isdigit() else draw.other(_MONTHS if old in _MONTHS else _DAYS, old)

    return _changed(text, draw.match(_DATE, text), other)


def _name(text: str, draw: Draw) -> str | None:
    own = [each for each in terms(text) if each.name and len(each.word) > 3 and each.word not in (*_MONTHS, *_DAYS)]
    if not own:
        return None
    place = draw.one(own)
    return text[: place.start] + draw.name(text) + text[place.end :]


def _unit(text: str, draw: Draw) -> str | None:
    others = [each for each in _UNITS if each not in text]
    return _changed(text, draw.match(_UNIT, text), lambda old: draw.other(others, old), "unit")


def _negation(text: str, draw: Draw) -> str | None:
    if _NOT.search(text):
        return _NOT.sub("", text, count=1)
    return _changed(text, draw.match(_AUXILIARY, text), lambda old: f"{old} not")


def _speaker(text: str, draw: Draw) -> str | None:
    found = _SPEAKS.search(text) or _SPEAKS_LAST.search(text)
    return _changed(text, found, lambda _: f"{draw.name(text)} {draw.name(text)}", "who")


def _clause(text: str, draw: Draw) -> str | None:
    return _changed(text, _END.search(text), lambda _: f"{draw.one(_CLAUSES)}.")


KINDS: dict[str, Callable[[str, Draw], str | None]] = {
    "number": _number,
    "date": _date,
    "name": _name,
    "unit": _unit,
    "negation": _negation,
    "speaker": _speaker,
    "added clause": _clause,
}


def altered(sentences: Sequence[Sentence], *, most: int = MOST) -> Iterator[ClaimRow]:
    """At most so many claims of each kind, each a sentence with one detail changed; always the same ones."""
    usual = [each for each in sentences if len(each.text.split()) in _WORDS]
    names = sorted({each.word for one in usual for each in terms(one.text) if each.name and len(each.word) > 3})
    draw = Draw([each for each in names if each not in (*_MONTHS, *_DAYS)])
    for kind, alter in KINDS.items():
        made = 0
        for one in draw.shuffled(usual):
            claim = alter(one.text, draw)
            if claim and claim != one.text and made < most:
                made += 1
                yield ClaimRow(
                    id=f"{kind} {made}",
                    claim=claim,
                    title=one.context,
                    evidence=(one.text,),
                    label="not_supported",
                    kind=kind,
                )


def sentences_of(articles: Sequence[Article]) -> list[Sentence]:
    """The articles' sentences, each with its speaker, outlet, title and date."""
    found = []
    for article in articles:
        about = article.about
        for sentence, who in zip(article.sentences, speakers_of(article), strict=True):
            known = (who, about.outlet, about.title, about.published)
            found.append(Sentence(article.words(sentence), " ".join(each for each in known if each)))
    return found


def paraphrases(articles: Sequence[Article]) -> list[ClaimRow]:
    """The claims of `eval/paraphrases.jsonl`, each with the article's sentence that holds the words of its evidence."""
    own = sentences_of(articles)
    rows = []
    for row in load_rows(PARAPHRASES, ClaimRow):
        held = next(one for one in own if row.evidence[0] in one.text)
        rows.append(row.model_copy(update={"evidence": (held.text,), "title": held.context}))
    return rows


def made(corpora: Sequence[Path]) -> list[ClaimRow]:
    """All rows: altered sentences of the sample articles and of other corpora, and the paraphrases."""
    config = IndexConfig()
    own = [make_article(each) for each in read(seeds(), config) if isinstance(each, Raw)]
    rows = [*altered(sentences_of(own)), *paraphrases(own)]
    others: list[Article] = []
    for corpus in corpora:
        found = [each for each in read(corpus, config) if isinstance(each, Raw)]
        others += [make_article(each) for each in found[:_ROWS]]
    more = altered(sentences_of(others)) if others else ()
    return [*rows, *(each.model_copy(update={"id": f"other {each.id}"}) for each in more)]


def main() -> None:
    """Write the claims into a folder."""
    parser = argparse.ArgumentParser(prog="python -m eval.alter", description=__doc__)
    parser.add_argument("corpora", nargs="*", type=Path, help="rows of further corpora whose sentences are altered")
    parser.add_argument("--out", type=Path, required=True, help="folder that claims.jsonl is written to")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(each.model_dump(), ensure_ascii=False) for each in made(asked.corpora))
    (asked.out / "claims.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
