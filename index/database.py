"""The database below the catalog: how it is reached, and its errors in our own words.

SQLite in WAL mode by default; any database that SQLAlchemy reaches serves, and PostgreSQL is tested.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, NoSuchModuleError, SQLAlchemyError

from index.errors import ConfigError, StoreError, StoreLocked

_LOCK = 7_368_249_011
"""The number of the advisory lock: any number that nobody else takes."""
_PAUSE_SECONDS = 0.1


class Database:
    """Connections to one database; raises StoreError where it can't be opened."""

    def __init__(self, url: str, tables: sa.MetaData) -> None:
        try:
            self._engine = sa.create_engine(url)
            if self._engine.dialect.name == "sqlite":
                sa.event.listen(self._engine, "connect", _prepare_sqlite)
            tables.create_all(self._engine)
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise ConfigError(
                f"[store] catalog asks for a driver that is not installed ({error}). "
                'For PostgreSQL: pip install "verbatim[postgres]", and an address postgresql+psycopg://…'
            ) from None
        except SQLAlchemyError as error:
            raise StoreError(
                f"The catalog can't be opened: {_words(error)}. Is its folder writable, and a Verbatim store?"
            ) from error

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def begin(self) -> Transaction:
        """A transaction: committed at its end, rolled back when anything is raised in it."""
        return Transaction(self._engine)

    def rows(self, query: sa.Select[*tuple[Any, ...]]) -> Sequence[sa.Row[Any]]:
        """All rows of a query, in a transaction of its own."""
        with self.begin() as connection:
            return connection.execute(query).all()

    def scalar(self, query: sa.Select[Any]) -> Any:  # noqa: ANN401  # the column decides
        """The first value of a query's first row, or None."""
        with self.begin() as connection:
            return connection.scalar(query)

    @contextmanager
    def lock(self, *, seconds: float) -> Iterator[None]:
        """Hold the one writer's lock of a database that machines share; it dies with the connection.

        Raises StoreLocked after so many seconds. SQLite needs none: its file lies beside a lock file.
        """
        if self._engine.dialect.name != "postgresql":
            yield
            return
        until = time.monotonic() + seconds
        with Transaction(self._engine) as connection:
            while not connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))):
                if time.monotonic() >= until:
                    raise StoreLocked(
                        "A process on another machine is writing to the catalog. Wait for it, or end it; readers go on."
                    )
                time.sleep(_PAUSE_SECONDS)
            yield

    def drop(self, tables: sa.MetaData) -> None:
        """Drop the tables."""
        with self.begin() as connection:
            tables.drop_all(connection)

    def integrity(self) -> str | None:
        """What the database says of its own damage, or None; only SQLite can tell."""
        if self._engine.dialect.name != "sqlite":
            return None
        with self.begin() as connection:
            said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        return None if said == "ok" else said


class Transaction:
    """A transaction that turns the database's errors into StoreError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._context = engine.begin()

    def __enter__(self) -> sa.Connection:
        try:
            return self._context.__enter__()
        except SQLAlchemyError as error:
            raise StoreError(f"The catalog can't be reached: {_words(error)}.") from error

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:  # noqa: ANN401  # the protocol's own types
        try:
            self._context.__exit__(kind, error, trace)
        except SQLAlchemyError as failed:
            # A full disk is often found out only when the transaction ends.
            raise _failure(failed) from failed
        if isinstance(error, SQLAlchemyError):
            raise _failure(error) from error


def _failure(error: SQLAlchemyError) -> StoreError:
    return StoreError(
        f"The catalog failed: {_words(error)}. Nothing was changed by this step. Is there room, and may it be written?"
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  # a DBAPI connection has no common type
    cursor = connection.cursor()
    try:
        # WAL: readers go on while one writes. FULL: what was acknowledged survives a power cut.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}")
    except sqlite3.Error as error:
        # What a listener raises SQLAlchemy leaves as it is; a file that is no database is found out here.
        raise DatabaseError("PRAGMA", None, error) from error
    finally:
        cursor.close()


def _words(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
