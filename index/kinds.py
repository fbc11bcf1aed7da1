"""What a file is, by its content. Its ending only has a say where the content leaves it open.

Owns the endings that are read at all, and the words for what can't be.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import zipfile
from email.parser import HeaderParser
from pathlib import PurePath
from typing import Literal

from index.columns import DELIMITERS, names_text
from index.errors import ArticleError
from index.raw import Kind

HEAD = 65_536
"""Bytes by which a file that is text is told apart."""

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

READ = (
    ".csv .docx .eml .htm .html .jsonl .markdown .md .mht .mhtml .ndjson .pdf .text .tsv .txt .xhtml".split()
)  # fmt: skip
"""The endings of files that are opened; a file without one is opened as well."""

_TABLES = (".csv", ".tsv")
_ROWS = (".jsonl", ".ndjson")
_MARKDOWN = (".md", ".markdown")
_MAIL = (".eml", ".mht", ".mhtml")
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file: save it as .docx"),
    (b"{\\rtf", "a rich text file: save it as .docx"),
    (b"\x1f\x8b", "a compressed file: unpack it"),
    (b"\x89PNG", "not text but an image"),
    (b"\xff\xd8\xff", "not text but an image"),
    (b"GIF8", "not text but an image"),
)
# Atomic groups: a row of comments must not be tried in all ways in which it could be grouped.
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:(?><!--.*?-->)\s*)*+<(?:!doctype\s+html|html|head|body|title|meta|link|script|style"
    r"|main|article|section|header|div|h1|p|table)\b",
    re.IGNORECASE | re.DOTALL,
)
_FEED = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:(?><(?:!--.*?--|\?[^>]*)>)\s*)*+<(?:rss|feed|rdf:RDF)\b", re.DOTALL)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n\w[\w -]*:(?:[^\n]*\n){1,100}?(?:---|\.\.\.)[ \t]*\r?\n")
_MAIL_HEADER = re.compile(r"(?:From |[A-Za-z][\w-]*:)")


def kind_of(data: bytes, name: str) -> Kind:
    """Tell what a file is; raise ArticleError for what no reader is there for, with what to do."""
    suffix = PurePath(name).suffix.lower()
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _office(data)
    for signature, words in _SIGNATURES:
        if data.startswith(signature):
            raise ArticleError(words)
    if suffix in (".pdf", ".docx"):
        what = "PDF" if suffix == ".pdf" else "Word"
        raise ArticleError(f"not a {what} file, which its ending says it is: nothing in it says so")
    return _written(_peek(data), suffix)


def rows_of(head: bytes, name: str) -> Literal["csv", "jsonl"] | None:
    """Tell by a file's first bytes whether it holds a row an article; None where it holds anything else."""
    if b"%PDF-" in head[:1024] or head.startswith((b"PK", *(signature for signature, _ in _SIGNATURES))):
        return None
    kind = _written(_peek(head), PurePath(name).suffix.lower())
    return kind if kind in ("csv", "jsonl") else None


def refused(name: str) -> str | None:
    """Say why a file of this name is not opened; None where it is."""
    suffix = PurePath(name).suffix.lower()
    return None if not suffix or suffix in READ else f"a {suffix} file; {', '.join(READ)} can be indexed"


def _peek(data: bytes) -> str:
    head = data[:HEAD]
    text = head.decode("utf-16" if head.startswith(UTF16) else "utf-8-sig", "replace")
    return text.lstrip("\ufeff")


def _written(head: str, suffix: str) -> Kind:
    if _FEED.match(head):
        return "feed"
    if _PAGE.match(head):
        return "html"
    if _is_mail(head, named=suffix in _MAIL):
        return "mail"
    if suffix in _ROWS or _is_row(head):
        return "jsonl"
    if suffix in _TABLES or _is_table(head):
        return "csv"
    return "markdown" if suffix in _MARKDOWN or _FRONT_MATTER.match(head) else "text"


def _office(data: bytes) -> Kind:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ArticleError(f"a broken zip archive, or a broken Word file: {str(error).lower()}") from error
    if "word/document.xml" in names:
        return "docx"
    raise ArticleError("a zip archive and no Word file: unpack it, or save it as .docx")


def _is_mail(head: str, *, named: bool) -> bool:
    """Whether a text begins with the header of a message: who, and what or when."""
    if not _MAIL_HEADER.match(head):
        return False
    header = HeaderParser().parsestr(head, headersonly=True)
    return "from" in header and (named or sum(key in header for key in ("date", "subject", "to", "message-id")) >= 2)


def _is_row(head: str) -> bool:
    line = head.lstrip().partition("\n")[0]
    if not line.startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_table(head: str) -> bool:
    line = head.lstrip().partition("\n")[0]
    return any(names_text(line, delimiter) for delimiter in DELIMITERS)
