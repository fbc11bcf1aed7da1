"""An engine of the tests: real articles, written answers, and a pace that a test decides.

Run it as a program to look at the page: `python -m tests.ui.scripted [PORT]`.
"""

from __future__ import annotations

import gc
import re
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.article import Article, Coverage, Description, Filters, Sentence
from index.catalog import Listed
from index.errors import QuestionError, StoreError
from rag.answer import (
    Answer,
    Citation,
    Claim,
    ClaimVerified,
    Disagreement,
    Done,
    Event,
    Evidence,
    EvidenceFound,
    Reason,
    Retrieved,
    Seconds,
    Side,
    Stage,
    Turn,
    Writer,
)
from ui.collection import Indexer
from ui.config import Settings, load_settings
from ui.corpus import hidden_by
from ui.desk import Asker
from ui.serve import application, serve

if TYPE_CHECKING:
    from fastapi import FastAPI

NO_FILTERS = Filters()
SEEDS = Path(__file__).parents[2] / "seeds"
ABOUT = {
    "000": Description(
        title="N. Korea’s denial of arms transfers to Russia suggests fears of tougher sanctions: experts",
        outlet="The Korea Times",
        published="2024-09-22",
    ),
    "001": Description(
        title="Has North Korea started supplying weapons to Russia? Government “Keeping an eye on trends”",
        outlet="Donga",
        published="2023-10",
    ),
    "002": Description(),
    "003": Description(
        title="No arms sent to Russia for invasion – North Korea", outlet="The Manila Times", published="2022-09"
    ),
    "004": Description(
        title="Gov’t acknowledges details of N. Korea’s weapon supply to Russia",
        outlet="The Dong-A Ilbo",
        published="2023-09-16",
        url="https://www.donga.com/en/article/all/20230916",
    ),
}
ATTACK = "<img src=x onerror=\"window.pwned=1\"> ${window.pwned=2} {{constructor.constructor('window.pwned=3')()}}"
HOSTILE = Article(
    document="hostile.txt",
    source="tests",
    text=f"A page with markup 🎉.\n\nThe report said {ATTACK} and <script>window.pwned=4</script> too.\n\nThe end.",
    sentences=(),
    raw_hash="0",
    about=Description(title=f"Markup {ATTACK}", outlet="<b>Bold</b> News", published="2024-01-02"),
)


def seed_articles() -> tuple[Article, ...]:
    """Read the articles of seeds/, described by hand."""
    return tuple(_article(path) for path in sorted(SEEDS.glob("*.txt")))


def hostile_article() -> Article:
    """Make an article that is full of markup."""
    return _split(HOSTILE)


def _article(path: Path) -> Article:
    text = re.sub(r"\n{3,}", "\n\n", path.read_text("utf-8")).strip()
    about = ABOUT[path.name[:3]]
    article = Article(document=path.name, source="seeds", text=text, sentences=(), raw_hash=path.name, about=about)
    return _split(article)


def _split(article: Article) -> Article:
    found = re.finditer(r"\S[^\n]*?(?:(?<!U\.[NS])(?<!Jan)(?<!Mr)[.?!][”\"]?(?=\s|$)|(?=\n|$))", article.text)
    return replace(article, sentences=tuple(Sentence(each.start(), each.end()) for each in found))


class ScriptedStore:
    """A store in memory."""

    def __init__(self, articles: tuple[Article, ...]) -> None:
        self._articles = articles

    def articles(self) -> tuple[Article, ...]:
        """List all articles."""
        return self._articles

    def article(self, key: str) -> Article:
        """Find an article by id or document name."""
        for each in self._articles:
            if key in (each.id, each.document):
                return each
        raise StoreError(f"No article {key!r} is indexed.")

    def coverage(self) -> Coverage:
        """Say what the articles cover."""
        dates = sorted(each.about.published for each in self._articles if each.about.published)
        outlets = sorted({each.about.outlet for each in self._articles if each.about.outlet})
        first, last = (dates[0], dates[-1]) if dates else (None, None)
        return Coverage(len(self._articles), 9, tuple(outlets), first, last)

    def listed(self) -> tuple[Listed, ...]:
        """List the articles, without texts."""
        return tuple(
            Listed(
                id=each.id,
                document=each.document,
                source=each.source,
                state="published",
                reason=None,
                raw_hash=each.raw_hash,
                indexed="2026-11-21T10:00:00Z",
                about=each.about,
                characters=len(each.text),
            )
            for each in self._articles
        )

    def writing(self) -> AbstractContextManager[None]:
        """There is nobody else to write."""
        return nullcontext()

    def remove(self, ids: Sequence[str]) -> None:
        """Take articles out."""
        self._articles = tuple(each for each in self._articles if each.id not in ids)

    def cite(
        self, number: int, document: str, words: str, speaker: str | None = None, *, when: str | None = None
    ) -> Citation:
        """Cite the sentence of an article that holds these words."""
        article = next(each for each in self._articles if each.document.startswith(document))
        sentence = next(each for each in article.sentences if words in article.words(each))
        return Citation(
            number=number,
            article=article.id,
            document=article.document,
            start=sentence.start,
            end=sentence.end,
            quote=article.words(sentence),
            title=article.about.title,
            outlet=article.about.outlet,
            published=article.about.published,
            speaker=speaker,
            when=when,
        )


class ScriptedEngine:
    """An engine that gives written answers, an event each `pace` seconds.

    A question with the word "slowly" waits after its first claim until `go` is set. One with "break" fails,
    one with "refuse" is refused. `asked` keeps what was asked, `closed` counts the questions that were stopped.
    """

    def __init__(self, *, pace: float = 0.0, articles: tuple[Article, ...] | None = None) -> None:
        self.pace = pace
        self.store = ScriptedStore((*seed_articles(), hostile_article()) if articles is None else articles)
        self.go = threading.Event()
        self.asked: list[tuple[str, tuple[Turn, ...], Filters]] = []
        self.closed = 0
        self.broken = True

    def status(self) -> str:
        """Say what answers are made of."""
        return "Answers quote the articles and nothing else."

    def suggest(self, articles: Sequence[str], heard: Sequence[str] = ()) -> tuple[str, ...]:
        """Name a question for each article that is cited, and say who was heard."""
        return tuple(f"What else does {each} say?" for each in sorted(articles))[:3] if heard else ()

    def ask(
        self, question: str, *, turns: Sequence[Turn] = (), filters: Filters = NO_FILTERS, writer: Writer | None = None
    ) -> Iterator[Event]:
        """Give the answer that is written for the question."""
        self.asked.append((question, tuple(turns), filters))
        if "refuse" in question:
            raise QuestionError("The dates contradict each other: after is later than before.")
        answer = self._written(question, filters)
        try:
            yield from self._events(question, answer)
        except GeneratorExit:
            self.closed += 1
            raise

    def _events(self, question: str, answer: Answer) -> Iterator[Event]:
        articles = {each.article for each in answer.citations}
        for event in (
            Stage("understand", ""),
            Stage("search", f"{len(self.store.articles())} articles"),
            EvidenceFound(tuple(Evidence(each, 0.9) for each in answer.citations)),
            Stage("read", f"{len(answer.citations)} sentences from {len(articles)} articles"),
            Stage("write", ""),
        ):
            time.sleep(self.pace)
            yield event
        if "break" in question and self.broken:
            raise RuntimeError("the model fell over, and its key is secret-key-123")
        for at, claim in enumerate(answer.claims[:10]):
            yield ClaimVerified(claim)
            if at == 0 and "slowly" in question:
                self.go.wait(20)
            time.sleep(self.pace)
        yield Done(answer)

    def _written(self, question: str, filters: Filters) -> Answer:
        if hidden_by(filters, self.store.articles()) > 3:
            return self._unknown(question)
        written = {
            "supplied weapons": self._disputed,
            "position": self._timeline,
            "containers": self._fact,
            "attack": self._attacks,
            "markup": self._hostile,
            "<": self._hostile,
            "why": self._corrected,
        }
        found = (answer for word, answer in written.items() if word in question.lower())
        return next(found, self._unknown)(question)

    def _disputed(self, question: str) -> Answer:
        cite, others = self.store.cite, ("The Post", "The Herald")
        citations = (
            cite(1, "004", "officially confirming", "South Korea’s defence ministry"),
            cite(2, "000", "U.N. sanctions envoys", "UN sanctions envoys"),
            replace(cite(3, "002", "John Kirby said", "US National Security Council"), also=others),
            cite(4, "003", "we have never exported", "North Korean defence official"),
            cite(5, "001", "groundless speculation", "Moscow, as reported by Donga"),
            cite(6, "000", "We have no intention", "Kim Yo-jong"),
            replace(cite(7, "002", "In May, the White House", "White House"), also=others),
        )
        return self._answer(
            question,
            claims=(
                Claim(
                    "South Korea, the United States and UN sanctions envoys say North Korean weapons have reached "
                    "Russia.",
                    (1, 2, 3),
                ),
                Claim("North Korea denies it, and Moscow has called the claims fake or groundless.", (4, 5, 6)),
                Claim("Russia ships refined petroleum to North Korea, the White House says.", (7,)),
            ),
            citations=citations,
            disagreements=(
                Disagreement(
                    "Did North Korea send weapons to Russia?",
                    (Side("Say it happened", (1, 2, 3)), Side("Deny it", (4, 5, 6))),
                ),
            ),
        )

    def _timeline(self, question: str) -> Answer:
        cite = self.store.cite
        return self._answer(
            question,
            claims=(
                Claim(
                    "In July 2023 the defence ministry acknowledged only the possibility of North Korean weapons "
                    "reaching Russia.",
                    (1,),
                ),
                Claim("In September it said the circumstances had been “verified”.", (2,)),
                Claim("On 19 September it summoned the Russian ambassador.", (3,)),
                Claim(
                    "Asked in October, the unification ministry said there was “nothing to confirm in detail”.", (4,)
                ),
            ),
            citations=(
                cite(1, "004", "in July when foreign", when="2023-07"),
                cite(2, "004", "circumstances of weapons provision"),
                cite(3, "001", "summoned Russian Ambassador", when="2023-09-19"),
                cite(4, "001", "nothing to confirm", when="2023-10-06"),
            ),
        )

    def _fact(self, question: str) -> Answer:
        cite = self.store.cite
        return self._answer(
            question,
            claims=(
                Claim(
                    "South Korea’s defence minister Shin Wonsik said North Korea had shipped about 7,000 containers "
                    "of munitions and other military equipment to Russia.",
                    (1,),
                ),
                Claim("He said more than 9,000 Russian containers, likely of aid, went the other way.", (2,)),
                Claim("All of the containers went by rail.", (2,), "unsupported", removed=True, fault="unsupported"),
            ),
            citations=(
                cite(1, "002", "about 7,000 containers", "Shin Wonsik"),
                cite(2, "002", "more than 9,000 Russian", "Shin Wonsik"),
                cite(3, "002", "In May, the White House"),
            ),
            notes=("The article says “in March” without a year, and carries no date of its own.",),
        )

    def _hostile(self, question: str) -> Answer:
        citation = replace(self.store.cite(1, "hostile", "The report said"), speaker=ATTACK)
        return self._answer(
            question, claims=(Claim(f"The report said {ATTACK}.", (1,)),), citations=(citation,), notes=(ATTACK,)
        )

    def _corrected(self, question: str) -> Answer:
        citation = self.store.cite(1, "003", "we have never exported", "North Korean defence official")
        claim = Claim(f"North Korean defence official (The Manila Times, 2022-09): “{citation.quote}”", (1,))
        return self._answer(question, claims=(claim,), citations=(citation,), reason="false_premise")

    def _attacks(self, question: str) -> Answer:
        """Cite every sentence of every article, each with markup in all that is said of it."""
        articles = self.store.articles()
        cited = [
            Citation(
                0, each.id, each.document, at.start, at.end, each.words(at), *(each.document,) * 2, None, each.document
            )
            for each in articles
            for at in each.sentences
        ]
        citations = tuple(replace(each, number=n, also=(each.quote,)) for n, each in enumerate(cited, start=1))
        sides = tuple(Side(each.quote, (each.number,)) for each in citations)
        return self._answer(
            question,
            claims=tuple(Claim(each.quote, (each.number,)) for each in citations),
            citations=citations,
            disagreements=tuple(Disagreement(each.position, (each,)) for each in sides),
            notes=tuple(each.quote for each in citations),
        )

    def _unknown(self, question: str) -> Answer:
        return self._absent(question, "not_in_corpus")

    def _absent(self, question: str, reason: Reason) -> Answer:
        citations = (self.store.cite(1, "000", "It may be true"), self.store.cite(2, "002", "In May, the White House"))
        return self._answer(question, claims=(), citations=citations, reason=reason)

    def _answer(
        self,
        question: str,
        *,
        claims: tuple[Claim, ...],
        citations: tuple[Citation, ...],
        disagreements: tuple[Disagreement, ...] = (),
        notes: tuple[str, ...] = (),
        reason: Reason | None = None,
    ) -> Answer:
        coverage = self.store.coverage()
        return Answer(
            question=question,
            standalone=question,
            text=" ".join(each.text for each in claims if not each.removed),
            abstained=reason is not None,
            reason=reason,
            answerability=0.1 if reason else 0.9,
            claims=claims,
            citations=citations,
            disagreements=disagreements,
            retrieved=tuple(Retrieved(each.document, each.start, each.end, 1.0) for each in citations),
            covered=(coverage.first, coverage.last),
            writer="quotes",
            model=None,
            notes=notes,
            seconds=Seconds(0.3, 0.9, 2.4),
        )


def build_application(engine: Asker, settings: Settings, *, index: Indexer | None = None) -> FastAPI:
    """Build the application and collect the event loops that Gradio leaves open, so that no other test meets them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.simplefilter("ignore", DeprecationWarning)  # Gradio's and FastAPI's own, while they are imported
        app = application(engine, settings, index=index)
        gc.collect()
    return app


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 7860
    serve(ScriptedEngine(pace=0.4, articles=seed_articles()), load_settings(ui={"port": port}))
