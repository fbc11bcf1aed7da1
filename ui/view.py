"""A question, its events and its answer as the plain values that the page draws.

Nothing here reads or writes, and nothing here makes HTML, which `ui.render` does. `ui.corpus` does the same for
articles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.article import Article
from rag.answer import Answer, Citation, Claim, ClaimVerified, Done, Event, EvidenceFound, Stage, record
from ui.export import markdown_export
from ui.shapes import ClaimView, DisagreementView, OutcomeView, QuoteView, SideView, StageView, TurnView
from ui.timeline import timeline
from ui.verdict import absence_of, announcement_of, undisputed_numbers, used_numbers, verdict_of, written_by
from ui.words import counted, excerpt, shown_date, shown_outlet, shown_quote, shown_title

STAGES = {
    "understand": ("Understanding", "the question"),
    "search": ("Searching", "the articles"),
    "read": ("Reading", "the closest passages"),
    "write": ("Writing", "the answer"),
}
FAULTS = {
    "no_citation": "It named no quote.",
    "wrong_citation": "The quote that it named does not carry it.",
    "unsupported": "No quote carries it.",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What a view needs besides the event: the cited articles by id, and how many the filters hide of how many."""

    articles: Mapping[str, Article] = field(default_factory=dict)
    total: int = 0
    hidden: int = 0


def asked(identity: str, question: str) -> TurnView:
    """Begin the view of a question to which nothing has come yet."""
    return TurnView(
        id=identity,
        question=question,
        state="asking",
        message="",
        stages=[],
        quotes=[],
        claims=[],
        outcome=None,
        drawn=None,
    )


def waiting(view: TurnView, ahead: int) -> TurnView:
    """Show that a question stands in line."""
    return {**view, "state": "waiting", "message": f"Waiting for {counted(ahead, 'question')} asked before this one…"}


def failed(view: TurnView, message: str) -> TurnView:
    """Show that a question could not be answered, and keep what came before the failure."""
    return {**view, "state": "failed", "message": message}


def advance(view: TurnView, event: Event, context: Context) -> TurnView:
    """Add an event to the view."""
    view = {**view, "state": "asking", "message": ""}
    match event:
        case Stage():
            return {**view, "stages": [*view["stages"], _stage(event)]}
        case EvidenceFound():
            return {**view, "quotes": [_quote(each.citation, context) for each in event.evidence]}
        case ClaimVerified():
            return {**view, "claims": [*view["claims"], _claim(event.claim, view["quotes"])]}
        case Done():
            return _done(view, event.answer, context)


def _stage(stage: Stage) -> StageView:
    """Put a stage into words: the verb, and on how much; what was understood is shown with the answer."""
    verb, rest = STAGES[stage.name]
    detail = "" if stage.name == "understand" else stage.detail.strip()
    return StageView(name=stage.name, words=f"{verb} {detail or rest}")


def _quote(citation: Citation, context: Context) -> QuoteView:
    """Check a citation against the article that it names."""
    article = context.articles.get(citation.article)
    text = article.text if article else ""
    shown = shown_quote(citation.quote)
    outlet, date = shown_outlet(citation.outlet), shown_date(citation.published)
    others = f"also in {counted(len(citation.also), 'outlet')}: {', '.join(citation.also)}" if citation.also else ""
    return QuoteView(
        number=citation.number,
        article=citation.article,
        document=citation.document,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        shown=shown,
        excerpt=excerpt(shown),
        label=f"Quote {citation.number}, {outlet}, {date}",
        title=shown_title(citation.title, text),
        outlet=outlet,
        also=others,
        date=date,
        published=citation.published,
        when=citation.when,
        speaker=citation.speaker,
        exact=bool(citation.quote) and text[citation.start : citation.end] == citation.quote,
    )


def _claim(claim: Claim, quotes: Sequence[QuoteView]) -> ClaimView:
    """Show a sentence of the answer; a quote at its end gets the marks and the date that the page uses."""
    fault = FAULTS[claim.fault or "unsupported"] if claim.removed else ""
    text, quoted = claim.text, ""
    for quote in quotes:
        ending = f"“{quote['quote']}”"
        if quote["number"] in claim.citations and text.endswith(ending):
            text, quoted = text.removesuffix(ending), quote["shown"]
            if quote["published"]:
                text = text.replace(quote["published"], quote["date"])
            break
    return ClaimView(text=text, quoted=quoted, citations=list(claim.citations), removed=claim.removed, fault=fault)


def _sentence(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def _done(view: TurnView, answer: Answer, context: Context) -> TurnView:
    """Complete the view with the answer."""
    quotes = [_quote(each, context) for each in answer.citations]
    used = used_numbers(answer)
    matching = sum(each["exact"] for each in quotes if each["number"] in used)
    outcome = OutcomeView(
        verdict=verdict_of(answer),
        absence=absence_of(answer, total=context.total, hidden=context.hidden),
        disagreements=_disagreements(answer),
        undisputed=undisputed_numbers(answer),
        timeline=timeline(answer.standalone, [each for each in quotes if each["number"] in used and each["exact"]]),
        notes=list(answer.notes),
        standalone=answer.standalone if answer.standalone.strip() != answer.question.strip() else "",
        answered=f"Answered in {max(answer.seconds.total, 0.1):.1f} s",
        written=written_by(answer),
        used=used,
        matching=matching,
        announcement=announcement_of(answer, matching),
        text=answer.text,
        markdown=markdown_export(answer),
        record=record(answer),
    )
    claims = [_claim(each, quotes) for each in answer.claims]
    return {**view, "state": "done", "message": "", "quotes": quotes, "claims": claims, "outcome": outcome}


def _disagreements(answer: Answer) -> list[DisagreementView]:
    return [
        DisagreementView(
            claim=each.claim,
            sides=[SideView(position=_sentence(side.position), citations=list(side.citations)) for side in each.sides],
        )
        for each in answer.disagreements
    ]
