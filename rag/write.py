"""Evidence → claims, by two writers with one contract: every claim names the evidence that it stands on.

`quotes` needs no model: it sets the best sentences down as they are, with who says it, where and when.
`model` lets a language model write short sentences from the numbered evidence; it chooses numbers, never
makes quotes. Nothing here judges a claim; `rag.verify` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM

from index.sentences import split_sentences
from rag.answer import Citation, Claim, Evidence
from rag.models import stream_text
from rag.prompts import GRAMMAR
from rag.speaker import speakers
from rag.words import bare, stems

_SECOND_FROM = 0.5
"""A further quote must be at least this likely to hold an answer, measured against the first."""
_TOLD_FROM = 0.08
"""A sentence that a language model is told must be at least this likely, measured against the likeliest."""
_MOST_SENTENCES = 2
"""Small models go on to explain themselves; further sentences are not waited for."""
_LISTED = re.compile(r"^(?:[-*•]\s+|\d{1,2}[.)]\s+)")
_LEADING = re.compile(r"^\[(?P<numbers>\d{1,2}(?:\s*,\s*\d{1,2})*)\][:.)]?\s*")
_HE_SAID = re.compile(r"^(?:He|She|They|It)\s+(?:also\s+)?(?:said|says|added|stated|noted|stressed)\s+(?:that\s+)?")
_PRONOUN = re.compile(r"^(?:He|She|They|His|Her|Their)\b")
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Oo]ur|[Mm]y|[Uu]s)\b")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_LAST_NAMES = re.compile(r"(?:[A-Z][\w’'-]*\s*)+$")
_OPENING = frozenset("a an the this that these those there it its in on at by for from to as after before".split())
"""Words that are no names, though a sentence begins with a capital."""
_WHOLE = re.compile(r"[.!?][”\"’')]*$")
_OF_ITSELF = re.compile(r"(?:The|This) (?:statement|quote|answer|sentence|information|number of the sentence)\b")
"""Small models comment on what they write; that is no claim."""
_SEVERAL = re.compile(r"[.!?][”\"’')]*\s+\S")
_TRAILING = re.compile(r"\s*\[(?P<numbers>\d{1,2}(?:\s*,\s*\d{1,2})*)\]\s*(?P<stop>[.!?]?)\s*$")


def write_quotes(evidence: Sequence[Evidence], *, most: int, together: int = 0) -> list[Claim]:
    """The best sentences as attributed quotes: the first always, further ones while they are likely enough.

    The first `together` ones are half an answer alone, and all are told.
    """
    if together:
        return [quote_claim(each.citation) for each in evidence[:together]]
    likely = [each for each in evidence[1:most] if each.score >= _SECOND_FROM * evidence[0].score]
    return [quote_claim(each.citation) for each in (*evidence[:1], *likely)]


def quote_claim(citation: Citation) -> Claim:
    """A citation as a claim: who says it, in which outlet, when, and the words themselves."""
    return Claim(f"{attribution(citation)}: “{bare(citation.quote)}”", (citation.number,))


def marked(claim: Claim) -> str:
    """A claim as it stands in an answer's text: with the numbers of its citations behind it."""
    return f"{claim.text} [{', '.join(map(str, claim.citations))}]"


def attribution(citation: Citation) -> str:
    """Speaker, outlet and date, as far as they are known; what is not known is said."""
    unknown = [name for name, value in (("outlet", citation.outlet), ("date", citation.published)) if value is None]
    known = [value for value in (citation.outlet, citation.published) if value is not None]
    where = ", ".join([*known, " and ".join(unknown) + " unknown"] if unknown else known)
    if citation.speaker:
        return f"{citation.speaker[0].upper()}{citation.speaker[1:]} ({where})"
    return (
        f"{citation.outlet} ({where.removeprefix(citation.outlet + ', ')})"
        if citation.outlet
        else f"An article ({where})"
    )


def told_of(evidence: Sequence[Evidence], *, together: int = 0) -> list[Evidence]:
    """What a language model is told: the first `together` sentences, and others that are at all likely to answer.

    Each further one costs it seconds, and misleads it.
    """
    least = _TOLD_FROM * max((each.score for each in evidence), default=0.0)
    return [*evidence[:together], *(each for each in evidence[together:] if each.score >= least)]


def write_model(model: LLM, messages: Sequence[ChatMessage], *, tokens: int, seconds: float) -> Iterator[Claim]:
    """Claims as a language model writes them, one at a time. Raises ModelError when it fails or is too slow."""
    said: set[str] = set()
    pending = ""
    for piece in stream_text(
        model, messages, seconds=seconds, max_tokens=tokens, temperature=0.0, **_constraint(model)
    ):
        pending += piece
        *lines, pending = pending.split("\n")
        for line in lines:
            yield from _new(line, said)
        # A sentence is whole once the next one has begun: nobody waits for the end of the line.
        yield from _new(pending, said, begun=True)
        if len(said) >= _MOST_SENTENCES:
            return
    yield from _new(pending, said)


def told_by(claim: Claim, citations: Sequence[Citation]) -> Claim:
    """The claim with who says it, where all that it cites is said by one speaker and the claim names none.

    What somebody says must not come out as fact, and what is said of “I” or “we” stands as a quote alone.
    """
    first = next((each for each in citations if each.number in claim.citations), None)
    if first and not claim.removed and _FIRST_PERSON.search(_QUOTED.sub("", claim.text)):
        return replace(quote_claim(first), fault=claim.fault)
    cited = {each.speaker for each in citations if each.number in claim.citations}
    who = cited.pop() if len(cited) == 1 else None
    if who is None or claim.removed or speakers([claim.text])[0]:
        return claim
    named = _LAST_NAMES.search(who.partition(",")[0])
    if stems(f"- {named.group() if named else who}") & stems(claim.text):
        return claim
    said = _HE_SAID.sub("", claim.text)
    if _PRONOUN.match(said):
        return claim
    return replace(claim, text=f"According to {_lowered(who)}, {_lowered(said)}")


def left_out(claims: Sequence[Claim], quotes: Sequence[Claim]) -> list[Claim]:
    """The quotes whose sentence no written claim cites: what a written answer must not leave out is still shown."""
    used = {number for claim in claims if not claim.removed for number in claim.citations}
    return [quote for quote in quotes if not used & set(quote.citations)]


def _lowered(text: str) -> str:
    """A text as it goes on within a sentence: names keep their capitals."""
    first = text.split(maxsplit=1)[0]
    return f"{first.lower()}{text[len(first) :]}" if first.lower() in _OPENING else text


def _constraint(model: LLM) -> dict[str, str]:
    return {"grammar": GRAMMAR} if model.metadata.model_name.endswith(".gguf") else {}


def _new(line: str, said: set[str], *, begun: bool = False) -> Iterator[Claim]:
    """The whole sentences of a line that were not said before; one that broke off at the model's limit is dropped.

    Of a line that has only begun, the last sentence may go on, and numbers that it does not begin with come at its end.
    """
    parsed = parse_line(line)
    if (
        parsed is None
        or _OF_ITSELF.match(parsed.text)
        or (begun and not (parsed.citations and _SEVERAL.search(parsed.text)))
    ):
        return
    sentences = split_sentences(parsed.text)
    for sentence in sentences[:-1] if begun else sentences:
        text = parsed.text[sentence.start : sentence.end]
        if text not in said and _WHOLE.search(text):
            said.add(text)
            yield replace(parsed, text=text)


def parse_line(line: str) -> Claim | None:
    """A line of a model's answer: numbers in brackets before or after a sentence; None for a line without words.

    A line without numbers is a claim without citations, which verification will not let pass.
    """
    text = _LISTED.sub("", line.strip())
    if not any(character.isalpha() for character in text):
        return None
    leading: list[int] = []
    trailing: list[int] = []
    while match := _LEADING.match(text):
        leading, text = leading + _numbers(match), text[match.end() :]
    while match := _TRAILING.search(text):
        trailing, text = _numbers(match) + trailing, text[: match.start()] + match.group("stop")
    return Claim(text.strip(), tuple(dict.fromkeys(leading + trailing)))


def _numbers(match: re.Match[str]) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", match.group("numbers"))]
