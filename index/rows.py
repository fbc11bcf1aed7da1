"""Tables of articles: a row each of a CSV file or of JSON lines, streamed, so that a file of any size can be read."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from index.article import Given
from index.columns import DELIMITERS, about, first_row, has_text, kind_of_value, pick, plain
from index.errors import ArticleError, SourceError
from index.kinds import UTF16
from index.raw import Kind, Raw, Unreadable, check_words


class Table(NamedTuple):
    """A file of rows: where it lies, its source, and what stands before the ids of its articles."""

    path: Path
    source: str
    prefix: str = ""


def read_rows(table: Table, kind: Kind, most: int) -> Iterator[Raw | Unreadable]:
    """Read a file's articles; rows of more than `most` bytes are refused.

    Raises SourceError at once where the file can't be opened, or its first row names no text.
    """
    with _open(table.path) as file:
        if file.read(2) in UTF16:
            raise SourceError(f"{table.path} is UTF-16: save it as UTF-8")
        file.seek(0)
        first = file.readline(most)
    return _articles(table, _csv_rows(table.path, first, most) if kind == "csv" else _json_rows(table.path, most))


class _Row(NamedTuple):
    """A row as it was read: its number, its bytes for the hash, and its fields or what is wrong with it."""

    number: int
    data: bytes
    fields: dict[str, object] | ArticleError


def _articles(table: Table, rows: Iterator[_Row]) -> Iterator[Raw | Unreadable]:
    first_at: dict[str, int] = {}
    for row in rows:
        name = f"{table.prefix}{table.path.name}:{row.number}" if not table.prefix else f"{table.prefix}{row.number}"
        try:
            article = _article(table, row, name)
            if first_at.setdefault(article.document, row.number) != row.number:
                told = article.document.removeprefix(table.prefix)
                raise ArticleError(f"the id {told!r} is that of row {first_at[article.document]} already")
        except ArticleError as error:
            yield Unreadable(name, table.source, hashlib.sha256(row.data).hexdigest(), str(error))
        else:
            yield article


def _article(table: Table, row: _Row, name: str) -> Raw:
    if isinstance(row.fields, ArticleError):
        raise row.fields
    fields = {plain(key): value for key, value in reversed(row.fields.items())}
    identity = (pick(fields, "id") or pick(fields, "url") or "").strip()
    text = pick(fields, "text")
    if text is None:
        raise ArticleError("text is missing")
    check_words(text)
    canonical = json.dumps(row.fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    raw_hash = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    document = table.prefix + identity if identity else name
    return Raw(document, table.source, text, raw_hash, (Given("column", about(fields)),))


def _json_rows(path: Path, most: int) -> Iterator[_Row]:
    with _open(path) as file:
        for number, line in enumerate(_lines(file, most), start=1):
            if not line.strip():
                continue
            data = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            try:
                yield _Row(number, line, _json_fields(data, most))
            except ArticleError as error:
                yield _Row(number, line, error)


def _json_fields(line: bytes, most: int) -> dict[str, object]:
    if len(line) > most:
        raise ArticleError(f"a row of more than {most:,} bytes, see max_file_bytes")
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ArticleError(f"not UTF-8: 0x{line[error.start]:02x} at byte {error.start} of the row") from error
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise ArticleError(f"a row must be an object, found {kind_of_value(row)}")
    return row


def _lines(file: BinaryIO, most: int) -> Iterator[bytes]:
    """Give the file's lines; of one longer than `most` bytes only the start, the rest is passed over."""
    while line := file.readline(most + 1):
        rest = line
        while len(rest) > most and not rest.endswith(b"\n"):
            rest = file.readline(most + 1)
        yield line


def _csv_rows(path: Path, first: bytes, most: int) -> Iterator[_Row]:
    header = first.decode("utf-8-sig", "replace")
    delimiter = max(DELIMITERS, key=header.count)
    names = first_row(header, delimiter)
    if not has_text(map(plain, names)):
        shown = ", ".join(names)[:200] or "nothing"
        raise SourceError(f"{path} has no column of texts: its first row is {shown}; name one text, body or content")
    return _csv_cells(path, names, delimiter, most)


def _csv_cells(path: Path, names: list[str], delimiter: str, most: int) -> Iterator[_Row]:
    # The limit is the module's, not the reader's; an article is longer than what it is by default.
    csv.field_size_limit(most)
    # Bytes that are no UTF-8 become lone surrogates, and so spoil their own row only.
    with _open(path) as file, io.TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="") as written:
        cells = csv.reader(written, delimiter=delimiter, strict=True)
        next(cells, None)
        while True:
            number = cells.line_num + 1
            try:
                row = next(cells, None)
            except csv.Error as error:
                yield _Row(number, f"{number}".encode(), ArticleError(f"not CSV: {error}"))
                continue
            if row is None:
                return
            if row:
                yield _csv_row(number, names, row)


def _csv_row(number: int, names: list[str], row: list[str]) -> _Row:
    data = "\x1f".join(row).encode("utf-8", "surrogateescape")
    if len(row) != len(names):
        return _Row(number, data, ArticleError(f"a row of {len(row)} cells, the first row has {len(names)}"))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _Row(number, data, ArticleError(f"not UTF-8: 0x{data[error.start]:02x} in the row"))
    return _Row(number, data, dict(zip(names, row, strict=True)))


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceError(f"{path} can't be opened: {(error.strerror or str(error)).lower()}") from error
