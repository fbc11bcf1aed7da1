"""The questions of a set, as they stand in a JSON-lines file.

Owns reading them strictly: a row that can't be meant as it stands is an error with its line. Whether a
set agrees with its corpus is `eval.check`'s matter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from eval.match import compiled, literal_pattern
from index.errors import EvalError

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
PartialDate = Annotated[str, StringConstraints(pattern=r"^(\d{4}(-\d{2}){0,2}|unknown)$")]

FALSE_PREMISE = "false_premise"
"""The kind of questions that presuppose what the articles deny."""

LONGEST_LITERAL = 10
"""Words of a literal fact; no text holds a reference answer of whole sentences word for word."""

_LATER_KEYS = ("speaker", "published", "when", "todo")
"""Keys that count for the hash of a set only where they are used."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the answer stands: a document, and the words in it where the set names them."""

    document: str
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set, with what a right answer holds.

    Only the last of `turns` is scored; the ones before it are asked first. Each group of `facts` is met
    by any of its patterns. `twin` is the id of a question that differs in one detail and in whether it
    can be answered. `unseen` questions were not looked at while building. The citation that carries a
    fact must name one of `speaker`, patterns too, and have the dates `published` and `when`, as exactly as
    they are given here, or none where that is `unknown`. `todo` says what a person has still to fill in.
    """

    id: str
    turns: tuple[str, ...]
    kind: str = "fact"
    answerable: bool = True
    facts: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    twin: str | None = None
    unseen: bool = False
    speaker: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    todo: str | None = None

    @property
    def text(self) -> str:
        """The turn that is scored."""
        return self.turns[-1]

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents that hold the answer, each once."""
        return tuple(dict.fromkeys(each.document for each in self.evidence))


class _EvidenceRow(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    document: Words
    quote: Words | None = None


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: Words
    question: Words | None = None
    turns: list[Words] | None = None
    kind: Words = "fact"
    answerable: bool = True
    facts: list[list[Words]] = []
    forbidden: list[Words] = []
    evidence: list[_EvidenceRow] = []
    twin: Words | None = None
    unseen: bool = False
    speaker: list[Words] | Words = []
    published: list[PartialDate] | PartialDate = []
    when: list[PartialDate] | PartialDate = []
    todo: Words | None = None


def load_questions(path: Path, *, literal: bool = False) -> tuple[Question, ...]:
    """Read a set; `literal` takes facts and forbidden words as plain words instead of as patterns.

    Reference answers of more than ten words are then left out: whether such a question is answered can't be told.

    Raises EvalError with the line of the first row that can't be used.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvalError(
            f"The question set {path} can't be read: {error}. Expected a UTF-8 file of JSON lines."
        ) from None
    questions: dict[str, Question] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        question = _question(line, f"{path}, line {number}", literal=literal)
        if question.id in questions:
            raise EvalError(
                f"{path}, line {number}: the id {question.id!r} is already taken by an earlier row. Rename one."
            )
        questions[question.id] = question
    if not questions:
        raise EvalError(f"The question set {path} is empty. Expected a row a question: README.md shows the format.")
    return tuple(questions.values())


def set_hash(questions: Iterable[Question]) -> str:
    """16 hexadecimal digits that are the same for the same questions in any order."""
    rows = sorted(json.dumps(_told(question), sort_keys=True) for question in questions)
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _told(question: Question) -> dict[str, object]:
    return {key: value for key, value in asdict(question).items() if value or key not in _LATER_KEYS}


def _question(line: str, place: str, *, literal: bool) -> Question:
    row = _row(line, place)
    if (row.question is None) == (not row.turns):
        found = "neither" if row.question is None else "both"
        raise EvalError(f"{place}: {row.id!r} has {found} of `question` and `turns`; expected exactly one of them.")
    if any(not group for group in row.facts):
        raise EvalError(
            f"{place}: {row.id!r} has a group of facts without an alternative. Name one, or drop the group."
        )
    speakers = _several(row.speaker)
    facts = _told_in_words(row.facts) if literal else row.facts
    given = [*(pattern for group in facts for pattern in group), *row.forbidden, *speakers]
    read = {pattern: _pattern(pattern, f"{place}: {row.id!r}", literal=literal) for pattern in given}
    return Question(
        id=row.id,
        turns=(row.question,) if row.question is not None else tuple(row.turns or ()),
        kind=row.kind,
        answerable=row.answerable,
        facts=tuple(tuple(read[pattern] for pattern in group) for group in facts),
        forbidden=tuple(read[pattern] for pattern in row.forbidden),
        evidence=tuple(Evidence(each.document, each.quote) for each in row.evidence),
        twin=row.twin,
        unseen=row.unseen,
        speaker=tuple(read[pattern] for pattern in speakers),
        published=_several(row.published),
        when=_several(row.when),
        todo=row.todo,
    )


def _told_in_words(facts: list[list[str]]) -> list[list[str]]:
    """Groups that have an alternative short enough to stand in an answer word for word."""
    short = ([each for each in group if len(each.split()) <= LONGEST_LITERAL] for group in facts)
    return [group for group in short if group]


def _several(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _row(line: str, place: str) -> _Row:
    try:
        return _Row.model_validate_json(line)
    except ValidationError as error:
        found = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the row'}: {each['msg']}" for each in error.errors(include_url=False)
        )
        raise EvalError(
            f"{place} is not a question: {found}. Expected an object with the keys that README.md lists."
        ) from None


def _pattern(words: str, place: str, *, literal: bool) -> str:
    if literal:
        return literal_pattern(words)
    try:
        empty = compiled(words).search("") is not None
    except re.error as error:
        raise EvalError(
            f"{place} has the invalid pattern {words!r}: {error}. "
            "Mend it, or read the set's facts as plain words (--literal)."
        ) from None
    if empty:
        raise EvalError(f"{place} has the pattern {words!r}, which every text meets. Name words that must be there.")
    return words
