"""The errors that Verbatim raises on purpose; every other exception is a defect.

Each message says what was found, what was expected and what to do about it.

    VerbatimError
    ├── ConfigError      a setting is unknown, out of bounds or contradicts another
    ├── SourceError      a source can't be read at all: a missing folder, a folder without articles
    ├── ArticleError     one file or row of a source can't become an article; the others go on
    ├── StoreError       the store can't be opened, read or written
    │   ├── StoreMissing     there is no index yet
    │   ├── StoreMismatch    the index was made by another embedding model, splitting or cleaning
    │   └── StoreLocked      another process is writing
    ├── Stopped          somebody stopped the work; what was done so far stays
    ├── WeightsError     a model file is missing, or is not the file that was pinned
    ├── ModelError       a language model can't be reached, fails, or answers nonsense
    ├── QuestionError    a question is empty, too long, or its filters contradict each other
    └── EvalError        a question set or a baseline can't be used
"""

from __future__ import annotations


class VerbatimError(Exception):
    """The base of all errors that are meant for the person who asked."""


class ConfigError(VerbatimError):
    """A setting is unknown, out of bounds or contradicts another."""


class SourceError(VerbatimError):
    """A whole source can't be read: nothing in it was indexed."""


class ArticleError(VerbatimError):
    """One file or row can't become an article; the message is kept as its state."""


class StoreError(VerbatimError):
    """The store can't be opened, read or written."""


class StoreMissing(StoreError):
    """There is no index at the configured place yet."""


class StoreMismatch(StoreError):
    """The index was made with another embedding model, splitting or cleaning."""


class StoreLocked(StoreError):
    """Another process holds the writer's lock."""


class Stopped(VerbatimError):
    """The work was stopped by hand; what was done so far stays."""


class WeightsError(VerbatimError):
    """A model file is missing, or its sha256 is not the pinned one."""


class ModelError(VerbatimError):
    """A language model can't be reached, fails, or answers what can't be used."""


class QuestionError(VerbatimError):
    """A question can't be asked as it stands."""


class EvalError(VerbatimError):
    """A question set or a baseline can't be used."""
