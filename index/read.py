"""Sources become raw articles: folders, single files, tables of articles, web addresses and feeds.

The only module of reading that touches files. What can't be read is a value with a reason, and the
rest goes on; only a source that is nothing at all raises. Nothing outside of a folder is read by
way of a link in it, and no device or pipe is opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from index.config import IndexConfig
from index.errors import ArticleError, SourceError
from index.kinds import HEAD, READ, refused, rows_of
from index.parse import to_raw
from index.raw import Raw, Unreadable, unreadable
from index.rows import Table, read_rows

__all__ = ["Raw", "Unreadable", "is_address", "read"]

CORPUS = "corpus.jsonl"
_NOT_ARTICLES = frozenset(("sources.md", "readme.md"))


def is_address(source: Path | str) -> bool:
    """Whether a source is a web address; what such a one no longer names is not gone."""
    return isinstance(source, str) and source.lower().startswith(("http://", "https://"))


def read(
    source: Path | str, config: IndexConfig, *, known: Collection[str] = frozenset()
) -> Iterator[Raw | Unreadable]:
    """Read a folder, a file, or a web address, one article at a time.

    `known` are documents that a feed need not give again. Raises SourceError at once where the source is missing,
    is something else, or holds no article.
    """
    if is_address(source):
        from index.feed import read_address  # noqa: PLC0415  # only addresses need what it loads

        return read_address(str(source), config, known=known)
    path = Path(source)
    try:
        root = path.resolve(strict=True)
        mode = root.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        message = f"{source} can't be read ({_cause(error)}): a folder, a file or a web address was expected"
        raise SourceError(message) from error
    if stat.S_ISDIR(mode):
        return _read_folder(root, config)
    reason = refused(path.name)
    if not stat.S_ISREG(mode) or reason:
        raise SourceError(f"{source} can't be read: {reason or 'neither a folder nor a regular file'}")
    return _read_single(root, path, config)


def _read_single(root: Path, path: Path, config: IndexConfig) -> Iterator[Raw | Unreadable]:
    """Read a file by itself, whose articles have no name but their own."""
    folder = str(path.parent.resolve())
    try:
        rows = rows_of(_read_head(root), path.name)
    except ArticleError as error:
        return iter([unreadable(path.name, folder, str(error))])
    if rows:
        return read_rows(Table(root, str(root)), rows, config.max_file_bytes)
    return iter([_read_file(root, path.name, folder, config)])


def _read_folder(root: Path, config: IndexConfig) -> Iterator[Raw | Unreadable]:
    try:
        names = [path.name for path in root.iterdir()]
    except OSError as error:
        message = f"{root} can't be listed ({_cause(error)}): check its permissions"
        raise SourceError(message) from error
    paths = sorted(_walk(root), key=lambda path: path.relative_to(root).parts)
    others = [path for path in paths if path.name != CORPUS and refused(path.name) is None and path.suffix]
    if others:
        return (item for path in paths for item in _read_entry(path, root, config))
    corpus = root / CORPUS
    if CORPUS in names and corpus.is_file() and corpus.resolve().is_relative_to(root):
        return read_rows(Table(corpus.resolve(), str(corpus.resolve())), "jsonl", config.max_file_bytes)
    message = f"{root} holds no article: it has neither a {CORPUS} nor a file that ends in {', '.join(READ)}"
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


def _read_entry(path: Path, root: Path, config: IndexConfig) -> Iterator[Raw | Unreadable]:
    document = path.relative_to(root).as_posix()
    # A name that is not UTF-8 can be stored nowhere; its odd bytes are shown escaped.
    named = os.fsencode(document).decode("utf-8", "backslashreplace")
    try:
        if named != document:
            raise ArticleError("its name is not UTF-8")
        target = _inside(path, root)
        if rows := rows_of(_read_head(target), path.name):
            yield from read_rows(Table(target, str(root), prefix=f"{document}#"), rows, config.max_file_bytes)
        else:
            yield _read_file(target, document, str(root), config)
    except (ArticleError, SourceError) as error:
        yield unreadable(named, str(root), str(error))


def _inside(path: Path, root: Path) -> Path:
    """Follow an entry of a folder to the file that it is, if that is one to be read."""
    if path.name == CORPUS:
        raise ArticleError(f"a corpus beside other files: index it by itself, verbatim index {path}")
    if path.is_symlink() and path.is_dir():
        raise ArticleError("a link to a folder; links are followed to files only")
    if reason := refused(path.name):
        raise ArticleError(reason)
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise ArticleError(f"it can't be opened: {_cause(error)}") from error
    if not target.is_relative_to(root):
        raise ArticleError("a link that leaves the folder; links are followed only inside of it")
    return target


def _read_file(path: Path, document: str, source: str, config: IndexConfig) -> Raw | Unreadable:
    try:
        data = _read_bytes(path, config.max_file_bytes)
    except ArticleError as error:
        return unreadable(document, source, str(error))
    return to_raw(data, document, source)


def _read_head(path: Path) -> bytes:
    return _open(path, HEAD)[0]


def _read_bytes(path: Path, most: int) -> bytes:
    data, size = _open(path, most + 1)
    if size > most or len(data) > most:
        raise ArticleError(f"{max(size, len(data)):,} bytes; at most {most:,} are read, see max_file_bytes")
    return data


def _open(path: Path, most: int) -> tuple[bytes, int]:
    """Read a file's first bytes; beside them its size."""
    # Checked on the opened file, not on its name, which can change between: no link, no waiting for a pipe.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ArticleError("not a regular file")
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 -- a descriptor has no path
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise ArticleError("not a regular file")
            data = file.read(most)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise ArticleError(f"it can't be opened: {_cause(error)}") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ArticleError("it changed while it was read: index it again when it is whole")
    return data, after.st_size


def _cause(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
