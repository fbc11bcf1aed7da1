"""The values that an answer is made of, from the evidence to the verdict, and the events of asking.

Only `rag/` makes them; page, command line and eval read the same ones. `record` writes the row of
the contract that DESIGN calls an answer's record.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Writer = Literal["quotes", "model"]
Reason = Literal["not_in_corpus", "not_answered", "false_premise"]
Fault = Literal["no_citation", "wrong_citation", "unsupported"]
StageName = Literal["understand", "search", "read", "write"]


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation and the answer that was given to it."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of a stored article: `article_text[start:end] == quote`, always.

    `speaker` comes with the role that the article gives. `when` is the date that the sentence gives to
    what it tells, read from the article's own date where it is relative: 2024, 2024-05 or 2024-05-17.
    `also` are the other outlets that carry the same story.
    """

    number: int
    article: str
    document: str
    start: int
    end: int
    quote: str
    title: str | None = None
    outlet: str | None = None
    published: str | None = None
    speaker: str | None = None
    when: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A numbered sentence chosen for the question, with its relevance from 0 to 1."""

    citation: Citation
    score: float


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, with the numbers of the citations that carry it.

    A claim whose words the citations don't support is removed; `fault` says why.
    """

    text: str
    citations: tuple[int, ...]
    support: Literal["supported", "unsupported"] = "supported"
    removed: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One position in a disagreement and the citations that hold it."""

    position: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What is contested, and the sides; no side is taken."""

    claim: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A retrieved passage's span in its document; a higher score is better."""

    document: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall-clock seconds from the question to three moments; None where there was no such moment."""

    evidence: float
    first_word: float | None
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer to one question.

    `standalone` is the question completed from the turns before it. An abstaining answer has a
    `reason`, and in `citations` the nearest sentences, which do not answer; it has claims only when the
    reason is a false premise: the quotes that correct it.
    `covered` is the first and the last published date of the corpus. `notes` tell the reader in
    plain words what was missing or is not known.
    """

    question: str
    standalone: str
    text: str
    abstained: bool
    reason: Reason | None
    answerability: float
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    disagreements: tuple[Disagreement, ...]
    retrieved: tuple[Retrieved, ...]
    covered: tuple[str | None, str | None]
    writer: Writer
    model: str | None
    notes: tuple[str, ...]
    seconds: Seconds

    def citation(self, number: int) -> Citation:
        """The citation of this number."""
        return next(each for each in self.citations if each.number == number)


@dataclass(frozen=True, slots=True)
class Stage:
    """The engine has begun this part of the work; `detail` says on how much."""

    name: StageName
    detail: str


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """The evidence, best first: shown before anything is written."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ClaimVerified:
    """One sentence of the answer, verified."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is complete."""

    answer: Answer


Event = Stage | EvidenceFound | ClaimVerified | Done


def record(answer: Answer) -> dict[str, object]:
    """An answer as the JSON row of the contract, without the id of an eval question."""
    row = asdict(answer)
    shown = "number document start end quote title outlet published speaker when also".split()
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "answerability": round(answer.answerability, 4),
        "claims": [
            {key: claim[key] for key in ("text", "citations", "support", "removed", "fault")} for claim in row["claims"]
        ],
        "citations": [{key: citation[key] for key in shown} for citation in row["citations"]],
        "disagreements": row["disagreements"],
        "retrieved": row["retrieved"],
        "writer": answer.writer,
        "model": answer.model,
        "standalone": answer.standalone,
        "covered": row["covered"],
        "notes": row["notes"],
        "seconds": row["seconds"],
    }
