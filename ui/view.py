"""A question, its events and its answer as the plain values that the page draws, and as the file that it exports.

Nothing here reads or writes, and nothing here makes HTML: the page's script puts these strings into text nodes.
`ui.corpus` does the same for articles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.article import Article
from rag.answer import Answer, Citation, Claim, ClaimVerified, Done, Event, EvidenceFound, Stage, record
from ui.shapes import (
    AbsenceView,
    ClaimView,
    DisagreementView,
    OutcomeView,
    QuoteView,
    SideView,
    StageView,
    TurnView,
    VerdictKind,
    VerdictView,
)
from ui.words import UNKNOWN_OUTLET, counted, plain_markdown, shown_date, shown_dates, shown_quote, shown_title

VERDICTS: dict[VerdictKind, str] = {
    "supported": "Well supported",
    "partly": "Partly supported",
    "disagree": "Sources disagree",
    "absent": "Not in the articles",
}
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
ABSENCES = {
    "not_in_corpus": "None of the {total} answers this.",
    "not_answered": "The articles are about this, but don’t answer it.",
    "false_premise": "The articles don’t say what the question assumes.",
}
NO_ANSWER = "No answer was written, because none could be backed by a quote."


@dataclass(frozen=True, slots=True)
class Context:
    """What a view needs besides the event: the cited articles by id, and how many the filters hide of how many."""

    articles: Mapping[str, Article] = field(default_factory=dict)
    total: int = 0
    hidden: int = 0


def asked(identity: str, question: str) -> TurnView:
    """Begin the view of a question to which nothing has come yet."""
    return TurnView(
        id=identity, question=question, state="asking", message="", stages=[], quotes=[], claims=[], outcome=None
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
    return QuoteView(
        number=citation.number,
        article=citation.article,
        document=citation.document,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        shown=shown_quote(citation.quote),
        title=shown_title(citation.title, text),
        outlet=citation.outlet or UNKNOWN_OUTLET,
        date=shown_date(citation.published),
        published=citation.published,
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
    used = _used(answer)
    verdict = verdict_of(answer)
    matching = sum(each["exact"] for each in quotes if each["number"] in used)
    outcome = OutcomeView(
        verdict=verdict,
        absence=_absence(answer, context) if answer.abstained else None,
        disagreements=[
            DisagreementView(
                claim=each.claim,
                sides=[
                    SideView(position=_sentence(side.position), citations=list(side.citations)) for side in each.sides
                ],
            )
            for each in answer.disagreements
        ],
        notes=list(answer.notes),
        standalone=answer.standalone if answer.standalone.strip() != answer.question.strip() else "",
        answered=f"Answered in {max(answer.seconds.total, 0.1):.1f} s",
        used=used,
        matching=matching,
        announcement=_announcement(answer, verdict, quotes, matching),
        text=answer.text,
        markdown=markdown_export(answer),
        record=record(answer),
    )
    claims = [_claim(each, quotes) for each in answer.claims]
    return {**view, "state": "done", "message": "", "quotes": quotes, "claims": claims, "outcome": outcome}


def _used(answer: Answer) -> list[int]:
    """List the quotes that the answer stands on, by number; an abstention has only the nearest ones."""
    if answer.abstained:
        return [each.number for each in answer.citations]
    named = {number for claim in answer.claims if not claim.removed for number in claim.citations}
    named |= {number for each in answer.disagreements for side in each.sides for number in side.citations}
    return [each.number for each in answer.citations if each.number in named]


def verdict_of(answer: Answer) -> VerdictView:
    """Judge an answer in words, with the sentence that says why."""
    standing = sum(not claim.removed for claim in answer.claims)
    removed = len(answer.claims) - standing
    if answer.abstained or not standing:
        return _verdict("absent", NO_ANSWER)
    if answer.disagreements:
        return _verdict("disagree", f"{_contested(answer)} This page does not decide who is right.")
    outlets = {answer.citation(number).outlet or UNKNOWN_OUTLET for number in _used(answer)}
    whose = counted(len(outlets), "publisher")
    if removed:
        matched = f"{standing} of {len(answer.claims)} statements match a sentence in the articles"
        return _verdict("partly", f"{whose}. {matched}; {removed} removed.")
    every = "The statement matches" if standing == 1 else f"All {standing} statements match"
    return _verdict("supported", f"{whose}. {every} a sentence in the articles.")


def _verdict(kind: VerdictKind, reason: str) -> VerdictView:
    return VerdictView(kind=kind, words=VERDICTS[kind], reason=reason)


def _contested(answer: Answer) -> str:
    """Name the kind of disagreement; only a side that denies makes the other one a claim."""
    positions = [side.position.casefold() for each in answer.disagreements for side in each.sides]
    if any(position.startswith(("den", "reject")) for position in positions):
        return "The articles carry both the claim and the denial."
    return "The articles carry more than one account."


def _absence(answer: Answer, context: Context) -> AbsenceView:
    """Say why there is no answer, which dates the corpus covers, and what the filters hide."""
    total = "one article" if context.total == 1 else f"{context.total:,} articles"
    dates = shown_dates(*answer.covered)
    return AbsenceView(
        title=ABSENCES[answer.reason or "not_in_corpus"].format(total=total),
        reason=NO_ANSWER,
        covered=f"The articles cover {dates}." if dates else "",
        hidden=context.hidden,
        total=context.total,
    )


def _announcement(answer: Answer, verdict: VerdictView, quotes: Sequence[QuoteView], matching: int) -> str:
    """Write what a screen reader hears when the answer is there."""
    if answer.abstained:
        return f"{verdict['words']}. {counted(len(quotes), 'close passage')}."
    used = _used(answer)
    sources = len({each["article"] for each in quotes if each["number"] in used})
    return (
        f"Answer ready. {verdict['words']}. {counted(sources, 'source')}, "
        f"{matching} of {counted(len(used), 'quote')} match."
    )


def markdown_export(answer: Answer) -> str:
    """Write an answer as Markdown: question, verdict, sentences with footnotes, and a footnote for each quote."""
    verdict = verdict_of(answer)
    parts = [f"# {plain_markdown(answer.question)}", f"**{verdict['words']}.** {verdict['reason']}"]
    standing = [claim for claim in answer.claims if not claim.removed]
    if standing:
        parts.append(" ".join(plain_markdown(each.text) + _marks(each.citations) for each in standing))
    for each in answer.disagreements:
        sides = [f"- {plain_markdown(side.position)} {_marks(side.citations)}" for side in each.sides]
        parts.append("\n".join([f"## {plain_markdown(each.claim)}", "", *sides]))
    if answer.abstained and answer.citations:
        parts.append(f"Closest passages:{_marks(_used(answer))}")
    parts.extend(plain_markdown(note) for note in answer.notes)
    used = _used(answer)
    parts.extend(_footnote(each) for each in answer.citations if each.number in used)
    return "\n\n".join(parts) + "\n"


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[^{number}]" for number in numbers)


def _footnote(citation: Citation) -> str:
    """Write a quote with all that is known of where it stands."""
    title = f"*{plain_markdown(citation.title)}*, " if citation.title else ""
    return (
        f"[^{citation.number}]: “{plain_markdown(shown_quote(citation.quote))}” {title}"
        f"{plain_markdown(citation.outlet or UNKNOWN_OUTLET)}, {shown_date(citation.published)}. "
        f"{plain_markdown(citation.document)}, characters {citation.start}–{citation.end}."
    )
