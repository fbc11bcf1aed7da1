"""Found passages → the evidence for an answer, and how likely it is that it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer import Evidence
from rag.config import RagConfig
from rag.decide import answerability
from rag.evidence import Ranked, choose, rank
from rag.features import WordVectors, candidates
from rag.gather import Together, gather
from rag.look import Looked
from rag.premise import contradicted


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the passages that were read hold for a question.

    `ranked` are all their sentences, the likeliest first; `evidence` the few that an answer may stand on; `wrong`
    tells whether its first contradicts what the question takes for granted, `together` which of it belong together,
    `several` whether more than one thing is asked; `probability` is from 0 to 1.
    """

    ranked: Sequence[Ranked]
    evidence: tuple[Evidence, ...]
    wrong: bool
    together: Together | None
    several: bool
    probability: float

    @property
    def halves(self) -> int:
        """How many of the first sentences are half an answer alone."""
        return len(self.together.sentences) if self.together else 0


def weigh(looked: Looked, words: WordVectors, config: RagConfig) -> Weighed:
    """Rank the sentences of the first passages, choose among them, and judge them."""
    query, read = looked.query, looked.found[: config.passages]
    ranked = rank(candidates(query, read, words))
    wrong = contradicted(query, ranked)
    each_part = [rank(candidates(each, read, words)) for each in looked.parts]
    together = None if wrong else gather(query, ranked, each_part)
    first = [wrong] if wrong else together.sentences if together else ()
    return Weighed(
        ranked=ranked,
        evidence=choose(query, ranked, most=config.evidence, first=first),
        wrong=wrong is not None,
        together=together,
        several=together is not None or bool(looked.parts),
        probability=answerability(query, ranked, first),
    )
