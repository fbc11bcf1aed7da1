"""How well verification tells what a page supports: claims with the pages that they cite, against meaning alone.

The same claim is judged twice, by `rag.verify` and by the cosine similarity of embeddings, on the sentences of its
page that come nearest to it. Which sentences those are is not what is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from eval import metrics
from eval.sets import ClaimRow
from index.embed import embed_question
from rag.verify import support
from rag.words import stems

_READ = 30
"""Sentences of a page that are embedded: those that share most words with the claim."""
_CITED = 3
"""Of these, the ones that the claim is held against, nearest first: each by itself, and all together."""


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim's label, whether verification lets it pass, what share of its words its citations have, and its meaning.

    `meaning` is the cosine similarity of its nearest sentence; both go from 0 to 1.
    """

    id: str
    label: str
    passed: bool
    meaning: float
    share: float = 0.0
    kind: str = ""

    @property
    def supported(self) -> bool:
        """Whether the page supports all of it."""
        return self.label == "supported"

    @property
    def score(self) -> float:
        """Verification as a score: what passes stands above what does not; within both, how many words are told."""
        return self.share + self.passed


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """What became of the claims. `let_pass` is by kind, or else by label, the share that verification lets stand.

    `area` and `cosine_area` are ROC areas of telling the wholly supported ones from the rest, `clear_area` and
    `clear_cosine_area` from those that are not supported at all.
    """

    claims: int
    let_pass: dict[str, float]
    area: float | None
    cosine_area: float | None
    clear_area: float | None
    clear_cosine_area: float | None


def judge_claims(
    rows: Sequence[ClaimRow], embedding: BaseEmbedding, *, progress: Callable[[str], None] = lambda _: None
) -> tuple[JudgedClaim, ...]:
    """Judge each claim against its page."""
    judged = []
    for number, row in enumerate(rows, 1):
        progress(f"{number}/{len(rows)} {row.id}")
        judged.append(_judge(row, embedding))
    return tuple(judged)


def claim_figures(judged: Sequence[JudgedClaim]) -> ClaimFigures:
    """Sum up judged claims; their order makes no difference."""
    labels = sorted({each.kind or each.label for each in judged})
    clear = [each for each in judged if each.label != "partially_supported"]
    return ClaimFigures(
        claims=len(judged),
        let_pass={
            label: metrics.mean([float(each.passed) for each in judged if (each.kind or each.label) == label]) or 0.0
            for label in labels
        },
        area=_area(judged, lambda each: each.score),
        cosine_area=_area(judged, lambda each: each.meaning),
        clear_area=_area(clear, lambda each: each.score),
        clear_cosine_area=_area(clear, lambda each: each.meaning),
    )


def claim_lines(figures: ClaimFigures) -> tuple[str, ...]:
    """The figures in plain text."""
    passed = (f"  {label.replace('_', ' ')}: {100 * share:.1f} % let pass" for label, share in figures.let_pass.items())
    return (
        f"{figures.claims} claims held against the pages that they cite",
        *passed,
        f"ROC area, supported against the rest: verification {_told(figures.area)}, "
        f"cosine {_told(figures.cosine_area)}",
        "ROC area, supported against not supported at all: "
        f"verification {_told(figures.clear_area)}, cosine {_told(figures.clear_cosine_area)}",
    )


def _judge(row: ClaimRow, embedding: BaseEmbedding) -> JudgedClaim:
    own = stems(row.claim)
    sentences = sorted(filter(str.strip, row.evidence), key=lambda each: -len(own & stems(each)))[:_READ]
    if not sentences:
        return JudgedClaim(row.id, row.label, passed=False, meaning=0.0, kind=row.kind)
    vector = embed_question(embedding, row.claim)
    vectors = np.asarray(embedding.get_text_embedding_batch(sentences), dtype=np.float32)
    near = vectors @ vector / np.linalg.norm(vectors, axis=1)
    order = np.argsort(-near, kind="stable")[:_CITED]
    cited = [(sentences[each], float(near[each])) for each in order]
    near_meaning = cited[0][1]
    together = support(row.claim, [text for text, _ in cited], context=row.title, meaning=near_meaning)
    alone = (support(row.claim, [text], context=row.title, meaning=meaning).supported for text, meaning in cited)
    passed = together.supported or any(alone)
    return JudgedClaim(row.id, row.label, passed, near_meaning, share=together.share, kind=row.kind)


def _area(judged: Sequence[JudgedClaim], of: Callable[[JudgedClaim], float]) -> float | None:
    return metrics.roc_auc([of(each) for each in judged], [each.supported for each in judged])


def _told(area: float | None) -> str:
    return "–" if area is None else f"{area:.3f}"
