"""A small made-up corpus, a question set over it, and an engine that answers all of it rightly.

Faults are planted by wrapping that engine: see test_faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.questions import Evidence as Named
from eval.questions import Question
from index.article import Article, Description, Sentence
from rag.answer import (
    Answer,
    Citation,
    Claim,
    Disagreement,
    Done,
    Event,
    Evidence,
    EvidenceFound,
    Retrieved,
    Seconds,
    Side,
    Stage,
    Turn,
    Writer,
)

PLACES = ("Aden", "Bergen", "Cork", "Dover", "Essen", "Faro", "Genoa", "Hanoi", "Izmir", "Jaffa", "Kyoto", "Lima")
NAMES = (
    "Ada Alt",
    "Ben Bly",
    "Cleo Cox",
    "Dan Dow",
    "Eve Eck",
    "Finn Fay",
    "Gus Goh",
    "Hal Hay",
    "Ivy Ito",
    "Joy Jha",
    "Kim Koo",
    "Lee Low",
)


def article(document: str, *sentences: str, **about: str) -> Article:
    """An article of these sentences, one blank between them."""
    spans, start = [], 0
    for sentence in sentences:
        spans.append(Sentence(start, start + len(sentence)))
        start += len(sentence) + 1
    text = " ".join(sentences)
    return Article(document, "made-up", text, tuple(spans), f"raw of {document}", Description(**about))


def corpus() -> tuple[Article, ...]:
    """Twelve articles on twelve bridges, of five sentences each."""
    return tuple(
        article(
            f"{place.lower()}.txt",
            f"A bridge was built in {place}.",
            f"{name} said the bridge in {place} cost {1000 + 7 * number} crowns.",
            f"{NAMES[number - 1]} said the bridge in {place} cost {3000 + 7 * number} crowns.",
            f"The bridge in {place} was not closed in winter.",
            f"It opened to the people of {place} on 3 May {1990 + number}.",
            outlet=f"The {place} Times",
            published=f"{1990 + number}-05-04",
        )
        for number, (place, name) in enumerate(zip(PLACES, NAMES, strict=True))
    )


def questions() -> tuple[Question, ...]:
    """Seventy-two questions: six of each article, of which one has no answer."""
    return tuple(each for number, found in enumerate(corpus()) for each in _of(number, found))


def _of(number: int, found: Article) -> list[Question]:
    place, name, other = PLACES[number], NAMES[number], NAMES[number - 1]
    _, cost, dear, winter, opened = (found.words(each) for each in found.sentences)
    crowns, year = 1000 + 7 * number, 1990 + number
    asked = [
        _ask(
            "who",
            f"Who said the bridge in {place} cost {crowns}?",
            rf"{name} said",
            forbidden=(rf"{other} said",),
            speaker=(name,),
        ),
        _ask(
            "when",
            f"When did the bridge in {place} open?",
            rf"3 May {year}",
            twin=f"none-{place.lower()}",
            when=(f"{year}-05-03",),
            published=(f"{year}-05",),
        ),
        _ask("denial", f"Was the bridge in {place} closed in winter?", r"\bnot closed|stayed open"),
        _ask("disagreement", f"What did the bridge in {place} cost?", str(crowns), str(crowns + 2000)),
        _ask("follow-up", f"And when did the one in {place} open?", str(year), before=f"Is there a bridge in {place}?"),
        _ask("none", f"When did the tunnel in {place} open?", answerable=False, twin=f"when-{place.lower()}"),
    ]
    quotes: tuple[list[str], ...] = ([cost], [opened], [winter], [cost, dear], [opened], [])
    return [
        replace(
            each,
            id=f"{each.kind}-{place.lower()}",
            evidence=tuple(Named(found.document, quote) for quote in quoted),
            unseen=number % 3 == 0,
        )
        for each, quoted in zip(asked, quotes, strict=True)
    ]


def _ask(kind: str, text: str, *facts: str, before: str = "", **more: object) -> Question:
    turns = (before, text) if before else (text,)
    made = Question("", turns, kind, facts=tuple((each,) for each in facts))
    return replace(made, **more)  # type: ignore[arg-type]  # fields of Question, by name


def citation(found: Article, number: int, sentence: int) -> Citation:
    """The sentence of the article as a citation, with whom it quotes and the day that it tells."""
    span = found.sentences[sentence]
    about, words = found.about, found.words(span)
    quoted, told = re.match(r"(\w+ \w+) said", words), re.search(r"on (\d+) May (\d+)", words)
    return Citation(
        number,
        found.id,
        found.document,
        span.start,
        span.end,
        words,
        about.title,
        about.outlet,
        about.published,
        speaker=quoted and quoted[1],
        when=told and f"{told[2]}-05-{int(told[1]):02}",
    )


def answer(text: str = "", **parts: object) -> Answer:
    """An answer to nothing in particular; `parts` are fields of Answer."""
    plain = Answer(
        question="?",
        standalone="?",
        text=text,
        abstained=False,
        reason=None,
        answerability=0.9,
        claims=(),
        citations=(),
        disagreements=(),
        retrieved=(),
        covered=(None, None),
        writer="quotes",
        model=None,
        notes=(),
        seconds=Seconds(0.1, 0.2, 0.3),
    )
    return replace(plain, **parts)  # type: ignore[arg-type]  # fields of Answer, by name


class Perfect:
    """Answers each question of the set with its evidence sentences, and no other question."""

    def __init__(self, asked: Sequence[Question] = (), articles: Sequence[Article] = ()) -> None:
        self.articles = {each.document: each for each in articles or corpus()}
        self.questions = {each.text: each for each in asked or questions()}
        self.heard: list[tuple[str, tuple[Turn, ...], Writer | None]] = []

    def ask(self, question: str, *, turns: Sequence[Turn] = (), writer: Writer | None = None) -> Iterator[Event]:
        """Stage, evidence, done."""
        self.heard.append((question, tuple(turns), writer))
        asked = self.questions.get(question) or Question("", (question,), answerable=False)
        yield Stage("search", "")
        made = self.answer(asked)
        if not made.abstained:
            yield EvidenceFound(tuple(Evidence(each, 1.0) for each in made.citations))
        yield Done(replace(made, question=question, standalone=question, writer=writer or "quotes"))

    def answer(self, asked: Question) -> Answer:
        """The right answer; wrappers change it."""
        retrieved = self.retrieved(asked)
        if not asked.answerable:
            return answer("", abstained=True, reason="not_answered", answerability=0.1, retrieved=retrieved)
        cited = tuple(self._cite(number, each) for number, each in enumerate(asked.evidence, 1))
        claims = tuple(Claim(each.quote, (each.number,)) for each in cited)
        return replace(
            tell(answer(claims=claims, citations=cited, retrieved=retrieved)), disagreements=_sides(asked, cited)
        )

    def retrieved(self, asked: Question) -> tuple[Retrieved, ...]:
        """The evidence's own article first, the others after it."""
        place = next((each for each in PLACES if each in asked.text), PLACES[0])
        ranked = sorted(self.articles.values(), key=lambda each: f"bridge was built in {place}." not in each.text)
        return tuple(Retrieved(each.document, 0, len(each.text), 1 / rank) for rank, each in enumerate(ranked, 1))

    def _cite(self, number: int, named: Named) -> Citation:
        found = self.articles[named.document]
        sentence = next(n for n, each in enumerate(found.sentences) if found.words(each) == named.quote)
        return citation(found, number, sentence)


def tell(made: Answer) -> Answer:
    """The answer with its text made of its claims that stand, and their numbers."""
    shown = [each for each in made.claims if not each.removed]
    return replace(made, text=" ".join(f"{each.text} [{', '.join(map(str, each.citations))}]" for each in shown))


def reword(made: Answer, pattern: str, new: str) -> Answer:
    """The answer with other words in its claims; its citations stay."""
    return tell(
        replace(made, claims=tuple(replace(each, text=re.sub(pattern, new, each.text)) for each in made.claims))
    )


def _sides(asked: Question, cited: Sequence[Citation]) -> tuple[Disagreement, ...]:
    if asked.kind != "disagreement":
        return ()
    return (Disagreement("The cost", tuple(Side(each.quote, (each.number,)) for each in cited)),)
