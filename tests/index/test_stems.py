"""Stems, asked for by several threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import snowballstemmer

from index.lexical import stem

ROOTS, ENDINGS = ("ship", "denied", "nation", "carri"), ("ings", "ation", "ness", "s")
WORDS = [f"{root}{ending}" for root in ROOTS for ending in ENDINGS]
OURS = [f"{word}{number}ingly" for number in range(150) for word in WORDS]


def test_threads_do_not_spoil_each_others_stems() -> None:
    """Eight threads at once get the stems that one alone gets."""
    together = Barrier(8)

    def stems(words: list[str]) -> list[str]:
        together.wait()
        return [stem(word) for word in words]

    alone = snowballstemmer.stemmer("english").stemWords(OURS)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(stems, [OURS[start::8] for start in range(8)]))

    assert found == [alone[start::8] for start in range(8)]
