"""A page pasted as text becomes the article's own text, and a list of what was taken out.

Owns the form of cleaned text: paragraphs with one blank line between them, single blanks, nothing
unseen, NFC. What a line is, and so what goes, is `index.layout`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.layout import lines


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article's text, and the lines that were taken out of it, in reading order."""

    text: str
    removed: tuple[str, ...]


def clean(text: str) -> Cleaned:
    """Take out what is not the article: menus, headline, byline, dates, captions, related stories.

    Cleaning the result again changes nothing, and no text is cleaned away whole. Quotes, dashes
    and ellipses stay as printed.
    """
    removed: list[str] = []
    while True:
        found = lines(text)
        if not any(line.kind == "prose" for line in found):
            # Nothing but what looks like a page's furniture: with no article around it, that is a guess.
            return Cleaned("\n\n".join(line.text for line in found), tuple(removed))
        removed += [line.text for line in found if line.kind != "prose"]
        kept = "\n\n".join(line.text for line in found if line.kind == "prose")
        # Taking one line out can make neighbours of two that are the same: again, until nothing goes.
        if kept == text:
            return Cleaned(kept, tuple(removed))
        text = kept
