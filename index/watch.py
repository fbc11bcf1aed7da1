"""Waits for changes of folders, so that they can be indexed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from index.errors import SourceError

_QUIET_MILLISECONDS = 500
_LONGEST_MILLISECONDS = 10_000


def changes(folders: Sequence[Path], *, apart: Path, stop: Event | None = None) -> Iterator[frozenset[Path]]:
    """Give what changed, once a burst of changes is over for half a second or has lasted ten.

    Hidden entries and what lies in `apart`, the store, do not count. Ends with Ctrl-C, or when `stop` is set.
    Raises SourceError for what is no folder.
    """
    import watchfiles  # noqa: PLC0415  # a library of its own is loaded with it

    roots = [folder.resolve() for folder in folders]
    for folder, root in zip(folders, roots, strict=True):
        if not root.is_dir():
            raise SourceError(f"{folder} can't be watched: only folders can")
    own = apart.resolve()

    def counts(_change: watchfiles.Change, name: str) -> bool:
        path = Path(name)
        inside = [path.relative_to(root) for root in roots if path.is_relative_to(root)]
        hidden = any(part.startswith(".") for place in inside for part in place.parts)
        return not hidden and not path.is_relative_to(own)

    for burst in watchfiles.watch(
        *roots,
        watch_filter=counts,
        debounce=_LONGEST_MILLISECONDS,
        step=_QUIET_MILLISECONDS,
        stop_event=stop,
        rust_timeout=1_000,
        raise_interrupt=False,
    ):
        yield frozenset(Path(name) for _, name in burst)
