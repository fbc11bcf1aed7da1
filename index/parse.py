"""What was read becomes text: each kind of file by its parser, within the limits of the settings.

Nothing here touches a file or the network. A parser that fails raises ArticleError with the reason.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from index.config import IndexConfig
from index.errors import ArticleError
from index.kinds import UTF16, kind_of
from index.raw import Parsed, Raw, Unreadable, check_words


def to_raw(data: bytes, document: str, source: str) -> Raw | Unreadable:
    """Tell what a file's bytes are: text is decoded, other kinds wait for their parser."""
    raw_hash = hashlib.sha256(data).hexdigest()
    try:
        kind = kind_of(data, document)
        if kind == "feed":
            raise ArticleError("a feed: index its address, and its entries are fetched")
        if kind in ("csv", "jsonl"):
            raise ArticleError("a table of articles: index it as a file, and each row is an article")
        if kind != "text":
            return Raw(document, source, "", raw_hash, kind=kind, data=data)
        text = decode(data)
        check_words(text)
    except ArticleError as error:
        return Unreadable(document, source, raw_hash, str(error))
    return Raw(document, source, text, raw_hash)


def parse(raw: Raw, config: IndexConfig) -> Raw:
    """Give an article its text, and what its file says of itself. Raises ArticleError."""
    if not raw.data:
        return raw
    try:
        parsed = _parse(raw, config)
        check_words(parsed.text)
    except RecursionError as error:
        raise ArticleError("nested too deep to be read") from error
    return replace(
        raw, text=parsed.text, given=(*parsed.given, *raw.given), removed=parsed.removed, kind="text", data=b""
    )


def _parse(raw: Raw, config: IndexConfig) -> Parsed:
    # Loaded by the process that parses, and not by each command.
    from index.documents import parse_docx, parse_markdown, parse_pdf  # noqa: PLC0415
    from index.mail import parse_mail  # noqa: PLC0415
    from index.page import parse_page  # noqa: PLC0415

    match raw.kind:
        case "html":
            return parse_page(raw.data)
        case "pdf":
            return parse_pdf(raw.data, config)
        case "docx":
            return parse_docx(raw.data, config)
        case "mail":
            return parse_mail(raw.data)
        case "markdown":
            return parse_markdown(decode(raw.data))
        case _:
            return Parsed(decode(raw.data))


def decode(data: bytes) -> str:
    """Read bytes as UTF-8, or as UTF-16 where a mark says so. Raises ArticleError."""
    encoding = "utf-16" if data.startswith(UTF16) else "utf-8-sig"
    if encoding == "utf-8-sig" and b"\0" in data:
        raise ArticleError(f"not text: a NUL at byte {data.index(0)}")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        found = f"0x{data[error.start]:02x} at byte {error.start}" if error.start < len(data) else "it ends too early"
        name = "UTF-16, as its mark says" if encoding == "utf-16" else "UTF-8"
        raise ArticleError(f"not {name}: {found}; save it as UTF-8") from error
