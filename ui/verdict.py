"""What an answer amounts to, in words: never a percentage, and never a side taken."""

from __future__ import annotations

from rag.answer import Answer
from ui.shapes import AbsenceView, VerdictKind, VerdictView
from ui.words import UNKNOWN_OUTLET, counted, shown_dates

VERDICTS: dict[VerdictKind, str] = {
    "supported": "Well supported",
    "partly": "Partly supported",
    "disagree": "Sources disagree",
    "premise": "The articles say otherwise",
    "absent": "Not in the articles",
}
ABSENCES = {
    "not_in_corpus": "None of the {total} answers this.",
    "not_answered": "The articles are about this, but don’t answer it.",
    "false_premise": "The articles don’t say what the question assumes.",
}
NO_ANSWER = "No answer was written, because none could be backed by a quote."
CORRECTED = "What the question takes for granted is not what they say. They say:"


def used_numbers(answer: Answer) -> list[int]:
    """List the quotes that the answer stands on, by number; an abstention without claims has the nearest ones."""
    named = {number for claim in answer.claims if not claim.removed for number in claim.citations}
    named |= {number for each in answer.disagreements for side in each.sides for number in side.citations}
    every = answer.abstained and not named
    return [each.number for each in answer.citations if every or each.number in named]


def undisputed_numbers(answer: Answer) -> list[int]:
    """List the quotes that are shown and on no side; empty where nothing is disputed."""
    sides = {number for each in answer.disagreements for side in each.sides for number in side.citations}
    return [number for number in used_numbers(answer) if sides and number not in sides]


def verdict_of(answer: Answer) -> VerdictView:
    """Judge an answer, with the sentence that says why."""
    standing = sum(not claim.removed for claim in answer.claims)
    removed = len(answer.claims) - standing
    if answer.abstained and standing:
        return _verdict("premise", CORRECTED)
    if answer.abstained or not standing:
        return _verdict("absent", NO_ANSWER)
    if answer.disagreements:
        return _verdict("disagree", f"{_contested(answer)} This page does not decide who is right.")
    outlets = {answer.citation(number).outlet or UNKNOWN_OUTLET for number in used_numbers(answer)}
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


def absence_of(answer: Answer, *, total: int, hidden: int) -> AbsenceView | None:
    """Say why there is no answer, which dates the corpus covers, and what the filters hide; None where there is one."""
    if not answer.abstained:
        return None
    articles = "one article" if total == 1 else f"{total:,} articles"
    dates = shown_dates(*answer.covered)
    corrected = verdict_of(answer)["kind"] == "premise"
    return AbsenceView(
        title=ABSENCES[answer.reason or "not_in_corpus"].format(total=articles),
        reason=CORRECTED if corrected else NO_ANSWER,
        covered=f"The articles cover {dates}." if dates and not corrected else "",
        hidden=hidden,
        total=total,
    )


def announcement_of(answer: Answer, matching: int) -> str:
    """Write what a screen reader hears when the answer is there: `matching` of its quotes were found word for word."""
    verdict, numbers = verdict_of(answer), used_numbers(answer)
    if verdict["kind"] == "absent":
        return f"{verdict['words']}. {counted(len(numbers), 'close passage')}."
    sources = len({answer.citation(number).article for number in numbers})
    match = f"{matching} of {counted(len(numbers), 'quote')} match"
    return f"Answer ready. {verdict['words']}. {counted(sources, 'source')}, {match}."


def written_by(answer: Answer) -> str:
    """Say what made the sentences of an answer."""
    if answer.writer == "model" and answer.model:
        return f"Written by {answer.model}, each sentence checked"
    return "Made of the articles’ own sentences"
