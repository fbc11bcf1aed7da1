"""Passages found for a question of several matters, in the order in which to read them.

One passage tells one of the matters. Ranked by the whole question, the matter that most passages are near to
fills the first places, and the others are not read. So the question and each matter choose in turn. What a passage
holds of a matter is told by late interaction (ColBERT): how near each of its terms comes to a word of the passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from index.embed import Span
from rag.features import WordVectors, weighted
from rag.parts import without_outlets
from rag.retrieve import Found
from rag.understand import Query

_READ = 40
"""Passages that are read for it; each takes the embedding model tens of milliseconds when it is new."""
_WHOLE = 0.3
"""How much the whole question counts beside one of its matters."""
_WORDS = 0.15
"""How much the BM25 score of the whole question counts beside late interaction."""


def rerank(query: Query, matters: Sequence[Span], found: Sequence[Found], words: WordVectors) -> list[Found]:
    """The passages, those first that the question and each of its matters, spans of its text, choose in turn.

    As they are where the embedding model gives no word vectors.
    """
    read, rest = found[:_READ], found[_READ:]
    tokens = words.of(read)
    if tokens is None or query.term_vectors is None or not read:
        return list(found)
    near = np.array([np.clip(each.states @ query.term_vectors.T, 0.0, 1.0).max(axis=0) for each in tokens])
    told = without_outlets(query.text)
    weights = np.where([bool(told[each.start : each.end].strip()) for each in query.terms], query.weights, 0.0)
    lexical = np.array([each.words for each in read])
    whole = weighted(near, weights) + _WORDS * lexical / (lexical.max() or 1.0)
    starts = np.array([each.start for each in query.terms])
    own = [np.where((starts >= each.start) & (starts < each.end), weights, 0.0) for each in matters]
    orders = [_best_first(whole), *(_best_first(weighted(near, each) + _WHOLE * whole) for each in own if each.any())]
    chosen = dict.fromkeys(chain.from_iterable(zip(*orders, strict=True)))
    return [*(read[each] for each in chosen), *rest]


def _best_first(scores: npt.NDArray[np.float64]) -> list[int]:
    return [int(each) for each in np.argsort(-scores, kind="stable")]
