"""Cleaned text becomes sentences: spans that cover every word once and cross no paragraph.

Owns the mending of what the splitter gets wrong in news: quotes, titles, attributions, text that
was tokenised, and runs without a border. syntok finds the borders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from syntok.segmenter import segment
from syntok.tokenizer import Tokenizer

from index.article import Sentence

LONGEST = 1_000
"""Most characters of a sentence."""

_TAIL = 40  # what tells a border stands just before it; looking further is quadratic where much is merged
_PARAGRAPH = re.compile(r"[^\n]+")
# A run without a blank longer than a sentence may be is no prose: syntok need not look at it.
_OPAQUE = re.compile(rf"\S{{{LONGEST + 1},}}")
_NO_BRACKETS = str.maketrans("([{", "   ")
_CUT = re.compile(r"[;；。！？](?=\s|\S)|\s")
_CLOSING = re.compile(r"(?:''|[”’»)\]}]|\")+(?=\s|$)\s*")
# Borders that syntok does not see: after brackets, after a quote in a quote, after words it holds for abbreviations.
_MISSED = re.compile(r"(?:[)\]]\s?\.|[.!?][’'][”\"]|\b(?:art|etc)\s?\.|(?<=\s['’])s\s\.)\s+(?=[\"“‘(]?[A-Z])")
_ENDED = re.compile(r"[.!?…。！？‼⁇⁈⁉](?:\s*(?:''|[\"'”’»)\]}]))*$")
_ASKED = re.compile(r"[!?…]\s*(?:''|[\"'”’»])$")
_GOES_ON = re.compile(r"[a-zß-öø-ÿ,;:—–]|--")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z])[.)]$")
_TITLE = re.compile(
    r"(?:^|[\s(“‘\"'])(?:Adm|Capt|Cmdr|Col|Cpl|Det|Dr|Fr|Gen|Gov|Hon|Insp|Lt|Maj|Messrs|Mr|Mrs|Ms|Mx|Pres|Prof|Pvt|Rep|Reps"
    r"|Rev|Sen|Sens|Sgt|Supt)\s?\.$"
)
_SAID = re.compile(
    r"(?:[A-Z][\w.’'-]*\s+){1,4}"
    r"(?:added|adds|asked|asks|demanded|quipped|replied|said|says|shouted|told|tweeted|wondered|wrote)\b[^.!?]{0,60}\.?\s*$"
)


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """Split a cleaned text into its sentences, in order; each character that is not blank is in exactly one.

    None is longer than LONGEST characters: what has no border is cut at a semicolon or a blank.
    """
    return tuple(
        sentence
        for paragraph in _PARAGRAPH.finditer(text)
        for start, end in _stretches(text, paragraph.start(), paragraph.end())
        for sentence in _cut(text, start, end)
    )


def _stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the sentences of one paragraph, of any length; runs without a blank stand by themselves."""
    at = start
    for run in _OPAQUE.finditer(text, start, end):
        yield from _split(text, at, run.start())
        yield run.span()
        at = run.end()
    yield from _split(text, at, end)


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    prose = text[start:end].rstrip()
    begin = 0
    for border in _borders(prose):
        if border > begin:
            yield start + begin, start + border
            begin = border
    if prose[begin:].strip():
        yield start + begin, start + len(prose)


def _borders(prose: str) -> Iterator[int]:
    """Where sentences begin, but for the first, after mending."""
    # syntok looks fifty tokens ahead from every bracket that opens: where there is nothing else, it gets none.
    crowded = sum(map(prose.count, "([{")) > 5 + len(prose) / 20
    tokens = Tokenizer(replace_not_contraction=False).tokenize(prose.translate(_NO_BRACKETS) if crowded else prose)
    # A token's length is not its text's ("n't" is rewritten), so a sentence ends where the next begins.
    starts = [sentence[0].offset for sentence in segment(tokens)][1:]
    starts = sorted({*starts, *(missed.end() for missed in _MISSED.finditer(prose))})
    begin = 0
    for start, end in pairwise([*starts, len(prose)]):
        border = _after_closing(prose, start, end)
        if border < end and _is_border(prose[max(begin, border - _TAIL) : border].strip(), prose[border:end]):
            yield border
            begin = border


def _after_closing(prose: str, start: int, end: int) -> int:
    """Move a border behind a closing quote or bracket: the sentence before ends with it."""
    closing = _CLOSING.match(prose, start, end)
    if closing is None or ('"' in closing[0] and prose.count('"', 0, start) % 2 == 0):
        return start
    return closing.end()


def _is_border(left: str, right: str) -> bool:
    """Whether two fragments are sentences of their own."""
    if not _ENDED.search(left) or _TITLE.search(left) or _NUMBERED.fullmatch(left):
        return False
    if not any(sign.isalnum() for sign in left) or not any(sign.isalnum() for sign in right):
        return False
    return not (_GOES_ON.match(right) or (_ASKED.search(left) and _SAID.match(right)))


def _cut(text: str, start: int, end: int) -> Iterator[Sentence]:
    """One sentence without the blanks around it, or as many as its length asks for."""
    while start < end:
        start += len(text[start:end]) - len(text[start:end].lstrip())
        stop = end if end - start <= LONGEST else _last_cut(text, start)
        trimmed = start + len(text[start:stop].rstrip())
        if trimmed > start:
            yield Sentence(start, trimmed)
        start = stop


def _last_cut(text: str, start: int) -> int:
    cuts = [cut.end() for cut in _CUT.finditer(text, start, start + LONGEST)]
    strong = [at for at in cuts if at > start + LONGEST // 2 and not text[at - 1].isspace()]
    return (strong or cuts or [start + LONGEST])[-1]
