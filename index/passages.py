"""Sentences become passages, the units of retrieval: whole, neighbouring, without overlap.

Owns the counting of tokens, by an encoding that comes with an installed package: no network.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import tiktoken

from index.article import Article, Passage, content_id

_FULL_ENOUGH = 0.6  # from here on a passage would rather end with its paragraph than go on


def count_tokens(text: str) -> int:
    """How many tokens of cl100k_base a text has; names of control tokens in it are plain text."""
    return len(_encoding().encode_ordinary(text))


def make_passages(article: Article, tokens: int) -> tuple[Passage, ...]:
    """Pack an article's sentences into passages of at most `tokens` tokens, in order.

    A passage ends with a paragraph where that leaves it at least 60 % full. A sentence that is
    over the budget is a passage of its own.
    """
    passages: list[Passage] = []
    first = 0
    while first < len(article.sentences):
        last = _last_sentence(article, first, tokens)
        passages.append(_passage(article, first, last))
        first = last + 1
    return tuple(passages)


def _last_sentence(article: Article, first: int, tokens: int) -> int:
    sentences = article.sentences
    begin = sentences[first].start
    last = paragraph_end = first
    for at in range(first, len(sentences)):
        used = count_tokens(article.text[begin : sentences[at].end])
        if used > tokens and at > first:
            break
        last = at
        if used >= tokens * _FULL_ENOUGH and _ends_paragraph(article, at):
            paragraph_end = at
    else:
        return last
    return paragraph_end if paragraph_end > first or _ends_full(article, first, tokens) else last


def _ends_full(article: Article, at: int, tokens: int) -> bool:
    return _ends_paragraph(article, at) and count_tokens(article.words(article.sentences[at])) >= tokens * _FULL_ENOUGH


def _ends_paragraph(article: Article, at: int) -> bool:
    following = article.sentences[at + 1 : at + 2]
    return not following or "\n" in article.text[article.sentences[at].end : following[0].start]


def _passage(article: Article, first: int, last: int) -> Passage:
    start, end = article.sentences[first].start, article.sentences[last].end
    identity = content_id(article.id, str(first), str(last), article.text[start:end])
    return Passage(identity, article.id, first, last, start, end)


@cache
def _encoding() -> tiktoken.Encoding:
    """Load the encoding from the copy that LlamaIndex ships; finding that package does not import it.

    tiktoken takes the folder from the environment alone, so the variable is set for this one
    call, and what was there is put back.
    """
    found = find_spec("llama_index.core")
    folders = found.submodule_search_locations if found else None
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    if folders:
        os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(folders[0]) / "_static" / "tiktoken_cache")
    try:
        return tiktoken.get_encoding("cl100k_base")
    finally:
        if before is None:
            os.environ.pop("TIKTOKEN_CACHE_DIR", None)
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before
