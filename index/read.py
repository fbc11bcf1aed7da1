"""Sources become raw articles: folders of text files, single text files, and corpora of JSON lines.

The only module of reading that touches files. What can't be read is a value with a reason, and the
rest goes on; only a source that is nothing at all raises. Nothing outside of a folder is read by
way of a link in it, and no device or pipe is opened.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from index.article import Description
from index.config import IndexConfig
from index.dates import iso_date
from index.errors import ArticleError, SourceError

CORPUS = "corpus.jsonl"
_NOT_ARTICLES = frozenset(("sources.md", "readme.md"))
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Raw:
    """An article as it was found: `raw_hash` is the sha256 of the file, or of the row as canonical JSON."""

    document: str
    source: str
    text: str
    raw_hash: str
    given: Description = field(default_factory=Description)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or row that can't become an article, and why.

    `raw_hash` is the sha256 of what was read, or of the reason where nothing could be.
    """

    document: str
    source: str
    raw_hash: str
    reason: str


def read(source: Path, config: IndexConfig) -> Iterator[Raw | Unreadable]:
    """Read a folder of text files, a text file, or a corpus of JSON lines, one article at a time.

    Raises SourceError at once where the source is missing, is something else, or holds no article.
    """
    try:
        root = source.resolve(strict=True)
        mode = root.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        message = f"{source} can't be read ({_cause(error)}): a folder, a .txt or a .jsonl file was expected"
        raise SourceError(message) from error
    if stat.S_ISDIR(mode):
        return _read_folder(root, config)
    if stat.S_ISREG(mode) and root.suffix.lower() == ".jsonl":
        return _read_rows(root, config)
    if stat.S_ISREG(mode) and source.suffix.lower() == ".txt":
        return iter([_read_file(root, source.name, str(source.parent.resolve()), config)])
    message = f"{source} is neither a folder, nor a .txt file, nor a .jsonl file: name one of these"
    raise SourceError(message)


def _read_folder(root: Path, config: IndexConfig) -> Iterator[Raw | Unreadable]:
    try:
        names = [path.name for path in root.iterdir()]
    except OSError as error:
        message = f"{root} can't be listed ({_cause(error)}): check its permissions"
        raise SourceError(message) from error
    paths = sorted(_walk(root), key=lambda path: path.relative_to(root).parts)
    if any(path.suffix.lower() == ".txt" for path in paths):
        return (_read_entry(path, root, config) for path in paths)
    corpus = root / CORPUS
    if CORPUS in names and corpus.is_file() and corpus.resolve().is_relative_to(root):
        return _read_rows(corpus.resolve(), config)
    message = f"{root} holds no article: it has neither a .txt file nor a {CORPUS}"
    raise SourceError(message)


def _walk(root: Path) -> Iterator[Path]:
    """Give all that isn't hidden or about the corpus; folders only where they can't be entered."""
    closed: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        at = Path(folder)
        yield from (at / name for name in folders if (at / name).is_symlink())
        yield from (at / name for name in files if not name.startswith(".") and name.lower() not in _NOT_ARTICLES)
    yield from (Path(error.filename) for error in closed)


def _read_entry(path: Path, root: Path, config: IndexConfig) -> Raw | Unreadable:
    document = path.relative_to(root).as_posix()
    # A name that is not UTF-8 can be stored nowhere; its odd bytes are shown escaped.
    named = os.fsencode(document).decode("utf-8", "backslashreplace")
    if named != document:
        return _unreadable(named, str(root), "its name is not UTF-8")
    if path.name == CORPUS:
        return _unreadable(
            document, str(root), f"a corpus beside text files: index it by itself, verbatim index {path}"
        )
    if path.suffix.lower() != ".txt":
        kind = f"a {path.suffix.lower()} file" if path.suffix else "a file without a suffix"
        kind = "a link to a folder" if path.is_symlink() and path.is_dir() else kind
        return _unreadable(document, str(root), f"{kind}; text files and {CORPUS} can be indexed")
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        return _unreadable(document, str(root), f"it can't be opened: {_cause(error)}")
    if not target.is_relative_to(root):
        return _unreadable(document, str(root), "a link that leaves the folder; links are followed only inside of it")
    return _read_file(target, document, str(root), config)


def _read_file(path: Path, document: str, source: str, config: IndexConfig) -> Raw | Unreadable:
    try:
        data = _read_bytes(path, config.max_file_bytes)
    except ArticleError as error:
        return _unreadable(document, source, str(error))
    raw_hash = hashlib.sha256(data).hexdigest()
    try:
        text = _decode(data)
        _check_words(text)
    except ArticleError as error:
        return Unreadable(document, source, raw_hash, str(error))
    return Raw(document, source, text, raw_hash)


def _read_bytes(path: Path, most: int) -> bytes:
    # Checked on the opened file, not on its name, which can change between: no link, no waiting for a pipe.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ArticleError("not a regular file")
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 -- a descriptor has no path
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ArticleError("not a regular file")
            data = b"" if status.st_size > most else file.read(most + 1)
    except OSError as error:
        raise ArticleError(f"it can't be opened: {_cause(error)}") from error
    if status.st_size > most or len(data) > most:
        raise ArticleError(f"{max(status.st_size, len(data)):,} bytes; at most {most:,} are read, see max_file_bytes")
    return data


def _decode(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    if encoding == "utf-8-sig" and b"\0" in data:
        raise ArticleError(f"not text: a NUL at byte {data.index(0)}")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        found = f"0x{data[error.start]:02x} at byte {error.start}" if error.start < len(data) else "it ends too early"
        name = "UTF-16, as its mark says" if encoding == "utf-16" else "UTF-8"
        raise ArticleError(f"not {name}: {found}; save it as UTF-8") from error
    return text


def _check_words(text: str) -> None:
    if "\0" in text:
        raise ArticleError(f"not text: a NUL at character {text.index(chr(0))}")
    if not any(sign.isalnum() for sign in text):
        raise ArticleError("no words in it")


def _read_rows(path: Path, config: IndexConfig) -> Iterator[Raw | Unreadable]:
    with _open(path) as file:
        if file.read(2) in _UTF16:
            raise SourceError(f"{path} is UTF-16: save it as UTF-8")
    return _rows(path, config)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceError(f"{path} can't be opened: {_cause(error)}") from error


def _rows(path: Path, config: IndexConfig) -> Iterator[Raw | Unreadable]:
    first_at: dict[str, int] = {}
    with _open(path) as file:
        for number, line in enumerate(_split_lines(file, config.max_file_bytes), start=1):
            if not line.strip():
                continue
            name = f"{path.name}:{number}"
            try:
                if len(line) > config.max_file_bytes:
                    raise ArticleError(f"a row of more than {config.max_file_bytes:,} bytes, see max_file_bytes")
                article = _row(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line, str(path))
                if first_at.setdefault(article.document, number) != number:
                    raise ArticleError(
                        f"the id {article.document!r} is that of row {first_at[article.document]} already"
                    )
            except ArticleError as error:
                yield Unreadable(name, str(path), hashlib.sha256(line).hexdigest(), str(error))
            else:
                yield article


def _split_lines(file: BinaryIO, most: int) -> Iterator[bytes]:
    """Give the file's lines; of one longer than `most` bytes only the start, the rest is passed over."""
    while line := file.readline(most + 1):
        rest = line
        while len(rest) > most and not rest.endswith(b"\n"):
            rest = file.readline(most + 1)
        yield line


def _row(line: bytes, source: str) -> Raw:
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ArticleError(f"not UTF-8: 0x{line[error.start]:02x} at byte {error.start} of the row") from error
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise ArticleError(f"a row must be an object, found {_kind(row)}")
    identity = row.get("id")
    document = str(identity) if isinstance(identity, int) and not isinstance(identity, bool) else _text(row, "id")
    text = _text(row, "text")
    if not document or text is None:
        raise ArticleError(f"{'text' if document else 'id'} is missing")
    given = Description(
        title=_text(row, "title"),
        outlet=_text(row, "source"),
        author=_text(row, "author"),
        published=iso_date(_text(row, "date") or ""),
        url=_text(row, "url"),
    )
    _check_words(text)
    canonical = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Raw(document, source, text, hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest(), given)


def _text(row: dict[str, object], key: str) -> str | None:
    """Take a field of a row; None where it is missing, null or blank."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArticleError(f"{key} must be a text, found {_kind(value)}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ArticleError(f"{key} holds half a character (a lone surrogate) at {error.start}") from error
    return value if key == "text" else value.strip() or None


def _kind(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return {int: "a number", float: "a number", str: "a text", list: "a list"}.get(type(value), "an object")


def _unreadable(document: str, source: str, reason: str) -> Unreadable:
    return Unreadable(document, source, hashlib.sha256(reason.encode()).hexdigest(), reason)


def _cause(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
