"""The store's folder, and the lock that lets one process write to it at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import StoreError, StoreLocked


@contextmanager
def writer_lock(folder: Path, *, seconds: float) -> Iterator[None]:
    """Hold the writer's lock of a store; it dies with the process that holds it.

    Raises StoreLocked, naming the other writer, after so many seconds; StoreError where it can't be made.
    """
    holder = folder / "writer.json"
    lock = FileLock(folder / "writer.lock", timeout=seconds)
    try:
        lock.acquire()
    except Timeout:
        raise StoreLocked(
            f"Another process is writing to {folder} ({_read_holder(holder)}). Wait for it, or end it; readers go on."
        ) from None
    except OSError as error:
        raise _not_writable(folder, error) from error
    try:
        leave_note(holder, json.dumps({"pid": os.getpid()}))
        yield
    finally:
        lock.release()


def make_folder(path: Path) -> None:
    """Make a folder of the store where there is none. Raises StoreError where it can't be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(path, error) from error


def leave_note(path: Path, text: str) -> None:
    """Write a small file of the store, whole or not at all. Raises StoreError where it can't be written."""
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise _not_writable(path.parent, error) from error


def _not_writable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"The store folder {path} can't be written: {error.strerror}. Choose another with --store or [store] path."
    )


def _read_holder(path: Path) -> str:
    try:
        return f"process {json.loads(path.read_text(encoding='utf-8'))['pid']}"
    except (OSError, ValueError, KeyError):
        return "process unknown"
