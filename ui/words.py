"""How the page and the exported file write dates, quotes and counts. Plain text in, plain text out."""

from __future__ import annotations

import re

UNKNOWN_DATE = "Date unknown"
UNKNOWN_OUTLET = "Unknown publisher"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ISO = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?!\d)")
OPENING, CLOSING = '“"', '”"'
CLAUSE = re.compile(r"[,;:–—][’']?\s")
MARKUP = re.compile(r"([\\`*_\[\]<>|~#])")


def shown_date(published: str | None) -> str:
    """Write a whole or partial ISO date as `16 Sep 2023`, `Sep 2023` or `2023`; anything else is unknown."""
    found = ISO.match(published or "")
    if not found:
        return UNKNOWN_DATE
    year, month, day = found.groups()
    return " ".join(part for part in (day and str(int(day)), month and MONTHS[int(month) - 1], year) if part)


def shown_dates(first: str | None, last: str | None) -> str:
    """Write the dates that articles cover, by month: `Sep 2022 to Sep 2024`; empty where no date is known."""
    known = [shown_date(each[:7]) for each in (first, last) if each]
    return " to ".join(dict.fromkeys(each for each in known if each != UNKNOWN_DATE))


def shown_title(title: str | None, text: str, *, width: int = 70) -> str:
    """Choose the title, shortened where it is none, or the text's first words with an ellipsis."""
    if title and title.strip():
        return excerpt(title.strip(), most=300)
    start = " ".join(text[: width * 2].split())
    if len(start) <= width:
        return start or "Untitled article"
    return start[: start.rfind(" ", 0, width) + 1 or width].rstrip(' ,;:–—-“"') + "…"


def shown_outlet(outlet: str | None) -> str:
    """Name the outlet, shortened where it is no name."""
    return excerpt(outlet, most=120) if outlet else UNKNOWN_OUTLET


def shown_quote(quote: str) -> str:
    """Fit a quote between the page's own quotation marks: outer marks off, inner ones single.

    Only for display; `Citation.quote` stays what the article says.
    """
    text = " ".join(quote.split())
    if text[:1] in OPENING and _closes(text) in (len(text) - 1, None):
        text = text[1:] if _closes(text) is None else text[1:-1]
    elif text[-1:] and text[-1:] in CLOSING and _opened(text) == 0:
        text = text[:-1]
    return _single(text)


def _closes(text: str) -> int | None:
    """Find where the quotation that begins the text ends; None where it goes on past the text."""
    return next((at for at, letter in enumerate(text[1:], 1) if letter in CLOSING and not _opens(text, at)), None)


def _opened(text: str) -> int:
    """Count the quotations that are open where the text's last mark stands."""
    before = text[:-1]
    opening = sum(letter in OPENING and _opens(before, at) for at, letter in enumerate(before))
    closing = sum(letter in CLOSING and not _opens(before, at) for at, letter in enumerate(before))
    return opening - closing


def _opens(text: str, at: int) -> bool:
    """Tell whether the mark at this place opens a quotation; a straight one does after a blank or a bracket."""
    return text[at] == "“" or (text[at] == '"' and (at == 0 or text[at - 1] in " ([—–-"))


def _single(text: str) -> str:
    """Turn double marks into single ones."""
    return "".join(("‘" if _opens(text, at) else "’") if letter in '“”"' else letter for at, letter in enumerate(text))


def excerpt(text: str, *, most: int = 280) -> str:
    """Shorten a long text to what ends at the border of a clause, or else of a word."""
    if len(text) <= most:
        return text
    clauses = [each.start() for each in CLAUSE.finditer(text[:most])]
    end = clauses[-1] if clauses and clauses[-1] > most / 2 else text.rfind(" ", 0, most)
    return f"{text[: end if end > 0 else most].rstrip()} …"


def plain_markdown(text: str) -> str:
    """Escape text so that Markdown shows it as it is, on one line."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def counted(number: int, noun: str) -> str:
    """Write a count with its noun: `1 quote`, `2 quotes`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
