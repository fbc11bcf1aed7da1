"""The engine: question and turns → events, the last of which carries the answer.

Page, command line, interfaces and eval all ask this one. Evidence comes first, before any language model
starts; every claim is verified before it is shown; what goes wrong on the way stands in the answer's notes.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM

from index.article import Coverage, Filters
from index.embed import Vector, embed_question
from index.errors import ModelError
from index.store import Store
from rag.answer import (
    Answer,
    Citation,
    Claim,
    ClaimVerified,
    Done,
    Event,
    Evidence,
    EvidenceFound,
    Fault,
    Reason,
    Retrieved,
    Seconds,
    Stage,
    Turn,
    Writer,
)
from rag.config import RagConfig
from rag.decide import reason
from rag.disagree import disagreement
from rag.features import WordVectors
from rag.look import Looked, look
from rag.models import ModelSlot
from rag.prompts import writing
from rag.reading import read, reads, reread, worth_reading
from rag.retrieve import Found
from rag.suggest import suggest
from rag.understand import check_filters, check_question, complete
from rag.verify import is_quote, support
from rag.weigh import Weighed, weigh
from rag.write import left_out, marked, quote_claim, told_by, told_of, write_model, write_quotes

_NEAREST = 3


@dataclass(slots=True)
class _Draft:
    """What is known of an answer while it is being made."""

    looked: Looked
    weighed: Weighed
    coverage: Coverage
    notes: list[str]
    claims: list[Claim]
    writer: Writer
    started: float
    evidence_seconds: float
    first_word: float | None = None

    @property
    def told(self) -> list[Evidence]:
        """The sentences that a language model is told."""
        return told_of(self.weighed.evidence, together=self.weighed.halves)


class Engine:
    """Answers questions over one store. Safe to ask from several threads."""

    def __init__(
        self,
        store: Store,
        embedding: BaseEmbedding,
        model: ModelSlot,
        config: RagConfig,
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.store = store
        self._embedding, self._model, self._config, self._clock = embedding, model, config, clock
        self._words = WordVectors(embedding)
        # A claim is held against the same sentences as the one before it.
        self._vector: Callable[[str], Vector] = functools.lru_cache(maxsize=1024)(
            functools.partial(embed_question, embedding)
        )

    def status(self) -> str:
        """What answers are made of at this moment, in a line for the reader."""
        if self._config.writer == "quotes" or self._model.state == "none":
            return "Answers quote the articles and nothing else."
        if self._model.state == "loading":
            return "The language model is still loading: answers are quotes until then."
        if self._model.ready() is None:
            return f"The language model is not available: answers are quotes. {self._model.reason or ''}".rstrip()
        return f"A language model ({self._model.name}) writes; every sentence is checked against the articles."

    def wait_for_model(self) -> None:
        """Return when the language model has loaded, or has failed to; for who would rather wait than get quotes."""
        self._model.wait()

    def answer(
        self, question: str, *, turns: Sequence[Turn] = (), filters: Filters = Filters(), writer: Writer | None = None
    ) -> Answer:
        """Ask, and wait for the whole answer."""
        events = self.ask(question, turns=turns, filters=filters, writer=writer)
        return next(event.answer for event in events if isinstance(event, Done))

    def suggest(self, articles: Sequence[str], heard: Sequence[str] = ()) -> tuple[str, ...]:
        """Questions that the corpus answers, about others than those `heard` whom these articles, by id, quote."""
        return suggest(self, self.store.texts(articles).values(), heard)

    def ask(
        self, question: str, *, turns: Sequence[Turn] = (), filters: Filters = Filters(), writer: Writer | None = None
    ) -> Iterator[Event]:
        """Answer a question as a stream of events; Done is the last.

        Raises QuestionError, before the first event, for a question or filters that can't be used.
        """
        text = check_question(question, self._config)
        check_filters(filters)
        recent = list(turns)[-self._config.history_turns :] if self._config.history_turns else []
        return self._events(text, recent, filters, writer or self._config.writer)

    def _events(self, question: str, turns: list[Turn], filters: Filters, writer: Writer) -> Iterator[Event]:
        started = self._clock()
        yield Stage("understand", complete(question, turns))
        coverage = self.store.coverage()
        yield Stage("search", f"{coverage.articles} articles")
        looked = look(question, turns, store=self.store, words=self._words, config=self._config, filters=filters)
        yield Stage("read", f"{min(len(looked.found), self._config.passages)} passages")
        weighed = weigh(looked, self._words, self._config)
        draft = _Draft(
            looked=looked,
            weighed=weighed,
            coverage=coverage,
            notes=[],
            claims=[],
            writer=writer,
            started=started,
            evidence_seconds=self._clock() - started,
        )
        yield EvidenceFound(draft.weighed.evidence)
        if reader := self._reader(draft):
            yield Stage("read", "the quotes")
            self._read(reader, draft)
        if draft.weighed.evidence and (draft.weighed.wrong or draft.weighed.probability >= self._config.answer_from):
            yield Stage("write", "")
            yield from self._write(draft)
        yield Done(self._finish(draft))

    def _write(self, draft: _Draft) -> Iterator[Event]:
        for claim in self._claims(draft):
            if draft.first_word is None:
                draft.first_word = self._clock() - draft.started
            verified = told_by(
                self._verify(claim, draft.weighed.evidence), [each.citation for each in draft.weighed.evidence]
            )
            draft.claims.append(verified)
            yield ClaimVerified(verified)

    def _reader(self, draft: _Draft) -> LLM | None:
        """The language model that is to write, where its reading of the evidence is worth the seconds."""
        model = self._model.ready() if draft.writer == "model" and worth_reading(draft.weighed) else None
        return model if model is not None and reads(model) else None

    def _read(self, model: LLM, draft: _Draft) -> None:
        """Let a language model say which sentence answers, if one does; one that fails changes nothing."""
        try:
            shares = read(model, draft.looked.query.text, draft.weighed.evidence)
        except ModelError as error:
            self._model.failed(str(error))
            return
        if shares is not None:
            draft.weighed = reread(draft.weighed, shares, asks=draft.looked.query.asks)

    def _claims(self, draft: _Draft) -> Iterator[Claim]:
        """What the wanted writer writes; quotes when the language model is missing, fails, or nothing of it stands."""
        if draft.weighed.wrong:
            # What corrects a premise is said in the article's own words alone.
            draft.writer = "quotes"
            yield quote_claim(draft.weighed.evidence[0].citation)
            return
        if draft.writer == "model":
            model = self._model.ready()
            if model is None:
                draft.notes.append(self._why_no_model())
            else:
                yield from self._model_claims(model, draft)
            if any(not claim.removed for claim in draft.claims):
                yield from left_out(draft.claims, self._quotes(draft)[: None if draft.weighed.several else 1])
                return
            if model is not None:
                draft.notes.append("The language model wrote nothing that stands; these are the quotes themselves.")
            draft.writer = "quotes"
        yield from self._quotes(draft)

    def _quotes(self, draft: _Draft) -> list[Claim]:
        return write_quotes(draft.weighed.evidence, most=self._config.quotes, together=draft.weighed.halves)

    def _model_claims(self, model: LLM, draft: _Draft) -> Iterator[Claim]:
        try:
            for claim in write_model(
                model,
                writing(draft.looked.query.text, draft.told),
                tokens=self._config.model_tokens,
                seconds=self._config.model_seconds,
            ):
                yield claim
                # One sentence answers a question that asks one thing. Small models go on, and what follows a sentence
                # that does not stand answers another question; the quotes then answer this one.
                if not draft.weighed.several:
                    break
        except ModelError as error:
            self._model.failed(str(error))
            draft.notes.append(f"The language model failed: {error}")
        else:
            self._model.worked()

    def _why_no_model(self) -> str:
        if self._model.state == "loading":
            return "The language model is still loading; these are the quotes themselves."
        why = self._model.reason or "none is installed or configured"
        return f"No language model wrote this answer ({why}); these are the quotes themselves."

    def _verify(self, claim: Claim, evidence: Sequence[Evidence]) -> Claim:
        """Keep a claim that its citations support, mend one that other evidence supports, remove the rest."""
        known = {each.citation.number: each.citation for each in evidence}
        cited = [known[number] for number in claim.citations if number in known]
        if cited and self._supported(claim.text, cited):
            return replace(claim, citations=tuple(each.number for each in cited))
        fault: Fault = "unsupported" if cited else "wrong_citation" if claim.citations else "no_citation"
        for other in known.values():
            if self._supported(claim.text, [other]):
                return replace(
                    claim, citations=(other.number,), fault="wrong_citation" if claim.citations else "no_citation"
                )
        return replace(claim, support="unsupported", removed=True, fault=fault)

    def _supported(self, text: str, cited: Sequence[Citation]) -> bool:
        quotes = [each.quote for each in cited]
        context = " ".join(
            str(part) for each in cited for part in (each.speaker, each.outlet, each.title, each.published) if part
        )
        if is_quote(text, quotes, context=context):
            return True
        meaning = max(float(self._vector(text) @ self._vector(each)) for each in quotes)
        return support(text, quotes, context=context, meaning=meaning).supported

    def _finish(self, draft: _Draft) -> Answer:
        shown = [claim for claim in draft.claims if not claim.removed]
        abstained = draft.weighed.wrong or not shown
        if draft.claims and not shown:
            draft.notes.append("Every sentence that was written was taken out again: no article supports it.")
        disputed = draft.weighed.together is not None and draft.weighed.together.kind == "sides" and not abstained
        # With `evidence = 1` in the settings there is room for one side only.
        sides = draft.weighed.evidence[:2] if disputed else ()
        disputes = (disagreement(draft.looked.query, *sides),) if len(sides) > 1 else ()
        used = {number for claim in shown for number in claim.citations}
        used |= {number for dispute in disputes for side in dispute.sides for number in side.citations}
        citations = tuple(each.citation for each in draft.weighed.evidence if each.citation.number in used)
        return Answer(
            question=draft.looked.query.question,
            standalone=draft.looked.query.text,
            text=" ".join(marked(claim) for claim in shown),
            abstained=abstained,
            reason=_reason(draft, shown) if abstained else None,
            answerability=draft.weighed.probability,
            claims=tuple(draft.claims),
            citations=tuple(each.citation for each in draft.weighed.evidence[:_NEAREST]) if abstained else citations,
            disagreements=disputes,
            retrieved=tuple(_retrieved(each) for each in draft.looked.found),
            covered=(draft.coverage.first, draft.coverage.last),
            writer=draft.writer,
            model=self._model.name if draft.writer == "model" and not abstained else None,
            notes=tuple(draft.notes),
            seconds=Seconds(draft.evidence_seconds, draft.first_word, self._clock() - draft.started),
        )


def _reason(draft: _Draft, shown: Sequence[Claim]) -> Reason:
    return "false_premise" if draft.weighed.wrong and shown else reason(draft.looked.query, draft.weighed.ranked)


def _retrieved(found: Found) -> Retrieved:
    return Retrieved(found.article.document, found.passage.start, found.passage.end, round(found.score, 6))
