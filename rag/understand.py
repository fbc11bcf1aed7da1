"""Question and earlier turns → a standalone question, with its terms, its kind and its vectors.

A follow-up ("And in return?") is completed by rules from the turns before it; the completed question
is shown to who asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from llama_index.core.base.embeddings.base import BaseEmbedding

from index.article import Filters
from index.embed import MiniLmEmbedding, Span, Tokens, Vector, Vectors, embed_question
from index.errors import QuestionError
from index.lexical import day_range
from rag.answer import Turn
from rag.config import RagConfig
from rag.named import whom
from rag.words import Asks, Term, asks, of_change, terms

_POINTS_BACK = re.compile(
    r"\b(?:he|she|him|her|his|hers|they|them|their|it|its|this|that|these|those|there|then|the same|former|latter|"
    r"such|one|ones|else|instead|so)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:he|she|him|(?P<own>his|hers)|(?P<before>her)(?= (?!to |of |in |at |on |for |and |about |say)[a-z])|her)\b",
    re.IGNORECASE,
)
"""A word that stands for a person; `her` is hers before a thing."""
_GOES_ON = re.compile(
    r"^\W*(?:and|but|or|so|then|what about|how about|why not|why|who|when|where|how many|how much)\b[^.]{0,25}\?*$",
    re.IGNORECASE,
)
_FEW_TERMS = 3
"""A question of fewer words that carry meaning does not stand alone."""
_WHO_IS = re.compile(r"\W*(?:who|what) (?:is|was|are|were)\b", re.IGNORECASE)
"""Short, and yet of nothing that was said before, where a name follows."""
_POINTS_SURELY = re.compile(
    r"\b(?:is|was|are|were|did|does|do|has|have|had|can|could|will|would|should|might) (?:that|this|those|these|they)\b"
    r"(?! (?:who|year|month|week|day|morning|evening|spring|summer|autumn|winter)\b)|"
    r"\b(?:do|does|did|done|say|says|said|think|thinks) the same\b",
    re.IGNORECASE,
)
"""Behind an auxiliary such a word is no conjunction: it stands for what was said before, whatever is named besides."""
_LEADS_ON = re.compile(r"^\W*(?:and|but|or|also|what about|how about)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready for retrieval and judging.

    `text` is standalone. `change` tells that it asks for what happened over time. `weights` has a term's
    rarity in the corpus, 0 to 1, shape (terms,); `absent` tells which terms the corpus does not have at all, and
    `known` which of them the embedding model's vocabulary has whole, so that they are not misspelt; `term_vectors`
    has their contextual vectors, shape (terms, dimensions), `word_vectors` those of all the question's tokens, or none.
    """

    question: str
    text: str
    asks: Asks
    change: bool
    terms: tuple[Term, ...]
    weights: Vector
    absent: tuple[bool, ...]
    known: tuple[bool, ...]
    vector: Vector
    term_vectors: Vectors | None
    word_vectors: Vectors | None = None


def check_question(question: str, config: RagConfig) -> str:
    """The question without blanks around it. Raises QuestionError when it can't be asked."""
    text = " ".join(question.split())
    if not any(character.isalnum() for character in text):
        raise QuestionError("The question is empty: no word was found in it. Ask in words, for example: Who denied it?")
    if len(text) > config.question_characters:
        raise QuestionError(
            f"The question has {len(text):,} characters; at most {config.question_characters:,} are read. "
            "Ask a shorter one, or look pasted words up with: verbatim quote"
        )
    return text


def check_filters(filters: Filters) -> None:
    """Raise QuestionError for dates that do not exist, or that no article can lie between."""
    for name, value in (("after", filters.after), ("before", filters.before)):
        if value is not None and not _is_date(value):
            raise QuestionError(f"--{name} is {value!r}: expected a date that exists, as 2024-05-17, 2024-05 or 2024.")
    first, last = day_range(filters)
    if first > last:
        raise QuestionError(
            f"--after {filters.after} is later than --before {filters.before}: no article can be meant."
        )


def _is_date(text: str) -> bool:
    parts = text.split("-")
    try:
        np.datetime64(text)
    except ValueError:
        return False
    return len(parts) <= 3 and len(parts[0]) == 4 and all(part.isdigit() for part in parts)


def complete(question: str, turns: Sequence[Turn]) -> str:
    """A follow-up with the name or the questions that it points back to; any other question as it is."""
    if not turns:
        return question
    earlier = complete(turns[-1].question, turns[:-1])
    named = _with_name(question, earlier)
    return f"{named} ({earlier})" if _depends(named) else named


def _with_name(question: str, earlier: str) -> str:
    """A question with the name of whom "he" or "she" is, where the earlier one names one person and it none before."""
    found = _PERSON.search(question)
    who = whom(earlier) if found and whom(question[: found.start()]) is None else None
    if found is None or who is None:
        return question
    own = found["own"] or found["before"]
    return f"{question[: found.start()]}{who}{'’s' if own else ''}{question[found.end() :]}"


def _depends(question: str) -> bool:
    own = terms(question)
    named = any(term.name for term in own)
    if named and _WHO_IS.match(question):
        return False
    points_back = _POINTS_BACK.search(question) and not named
    leads_on = _LEADS_ON.match(question) and (len(own) <= _FEW_TERMS or not named)
    return bool(
        points_back or leads_on or _POINTS_SURELY.search(question) or _GOES_ON.match(question) or len(own) < _FEW_TERMS
    )


def understand(
    question: str, turns: Sequence[Turn], *, embedding: BaseEmbedding, frequency: Callable[[str], float]
) -> Query:
    """Complete a question, and weigh and embed its terms.

    `frequency` gives the share of passages that hold a word; rare words weigh more.
    """
    text = complete(question, turns)
    change = of_change(question)
    # "How has it changed" is told by what was said at each time, which does not speak of change.
    own = tuple(each for each in terms(text) if change is None or not change.start() <= each.start < change.end())
    asked = len(question)
    # What was asked now matters more than what it points back to.
    shares = [frequency(term.word) for term in own]
    weights = [rarity(share) * (1.0 if term.start < asked else 0.5) for share, term in zip(shares, own, strict=True)]
    if isinstance(embedding, MiniLmEmbedding):
        tokens = embedding.tokens([text])[0]
        vector, vectors = tokens.vector(), term_vectors(tokens, own)
        words = tokens.directions()
        known = tuple(int(inside.sum()) == 1 for inside in _tokens_of(tokens, own))
    else:
        vector, vectors, words = embed_question(embedding, text), None, None
        known = (True,) * len(own)
    return Query(
        question=question,
        text=text,
        asks=asks(question),
        change=change is not None,
        terms=own,
        weights=np.array(weights, dtype=np.float32),
        absent=tuple(share == 0 for share in shares),
        known=known,
        vector=vector,
        term_vectors=vectors,
        word_vectors=words,
    )


def rarity(share: float) -> float:
    """How much a word tells, from 0 (in all passages) to 1 (in one of a million, or in none)."""
    return float(np.clip(np.log(1.0 / max(share, 1e-6) + 1.0) / np.log(1e6), 0.0, 1.0))


def term_vectors(tokens: Tokens, own: Sequence[Term]) -> Vectors:
    """The mean state of each term's tokens, at unit length, shape (terms, dimensions)."""
    rows = np.zeros((len(own), tokens.states.shape[1]), dtype=np.float32)
    for row, inside in enumerate(_tokens_of(tokens, own)):
        if inside.any():
            mean = tokens.states[inside].mean(axis=0)
            rows[row] = mean / np.linalg.norm(mean)
    return rows


def _tokens_of(tokens: Tokens, own: Sequence[Term]) -> npt.NDArray[np.bool_]:
    return tokens.inside(*(Span(term.start, term.end) for term in own))
