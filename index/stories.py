"""Stories: articles that carry the same text, found by MinHash as they come in.

An article joins the story whose first article it resembles most, or begins one. Only the first
article of a story is compared with, so that a story does not drift, and a thousand copies cost no
more than one. Inside a story a passage whose words an earlier one prints already is its echo:
searches without filters pass over it.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from index.article import Article, content_id

Signature = npt.NDArray[np.uint32]
"""A MinHash of an article's words, shape (128,)."""

_ALIKE = 0.6
"""Share of common shingles from which two articles carry the same text: a copy may lose a third of it."""
_SHINGLE = 3
_PERMUTATIONS = 128
_BAND = 4
"""Values of a band: two articles of 60 % common shingles share one of 32 bands with a probability of 99 %."""
_SEED = 42
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


class Story(NamedTuple):
    """A story and the signature of its first article."""

    id: str
    signature: Signature


def signature(article: Article) -> Signature:
    """The MinHash of an article's shingles of three words."""
    words = plain_words(article.text)
    shingles = [" ".join(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1))]
    found = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    found.update(shingles)
    return np.array(found.digest(), dtype=np.uint32)


def bands(own: Signature) -> list[int]:
    """The 32 keys of a signature, signed 64-bit numbers: articles that share one are worth comparing."""
    return [
        int.from_bytes(
            hashlib.blake2b(at.to_bytes(2, "big") + own[at : at + _BAND].tobytes(), digest_size=8).digest(),
            "big",
            signed=True,
        )
        for at in range(0, len(own), _BAND)
    ]


def same_story(own: Signature, stories: list[Story]) -> str | None:
    """The story that a signature belongs to: the likest, if it is like enough."""
    shares = [(float((own == each.signature).mean()), each.id) for each in stories]
    share, identity = max(shares, default=(0.0, ""))
    return identity if share >= _ALIKE else None


def words_id(text: str) -> str:
    """The same for texts of the same words, whatever their case, signs and blanks."""
    return content_id(*plain_words(text))


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case, without signs."""
    return _WORD.findall(text.lower())
