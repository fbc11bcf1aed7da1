"""Words of a question that are spelt wrong, and how the passages that were found spell them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rapidfuzz.distance import OSA

from index.lexical import LEAST_MISSPELT, edits
from rag.retrieve import Found
from rag.understand import Query

_WORD = re.compile(r"[^\W\d_]+")


def misspelt(query: Query, found: Sequence[Found]) -> dict[str, str]:
    """The words that no passage holds and no vocabulary knows, with the nearest word of what was found.

    A word with a capital is left: a name that is spelt nearly as another one is another name.
    """
    unknown = {
        term.word
        for term, absent, known in zip(query.terms, query.absent, query.known, strict=True)
        if absent and not known and len(term.word) >= LEAST_MISSPELT and term.word.isalpha() and term.word.islower()
    }
    if not unknown:
        return {}
    words = Counter(word.lower() for each in found for word in _WORD.findall(each.text))
    near = {}
    for word in sorted(unknown):
        most = edits(word)
        distances = {each: OSA.distance(word, each, score_cutoff=most) for each in words}
        best = min(distances, key=lambda each: (distances[each], -words[each], each), default=None)
        if best is not None and distances[best] <= most:
            near[word] = best
    return near


def respelt(text: str, near: Mapping[str, str]) -> str:
    """A text with these words spelt so."""
    return _WORD.sub(lambda match: near.get(match.group(), match.group()), text)
