"""A parser that does what bad files make parsers do. Alone here, as another process imports it."""

from __future__ import annotations

import os
import time

from index.article import Article
from index.config import IndexConfig
from index.errors import ArticleError
from index.make import make_article
from index.raw import Raw


def misbehave(raw: Raw, config: IndexConfig) -> Article:
    """Do what a file of this name makes a parser do."""
    if raw.document == "slow":
        time.sleep(60)
    if raw.document == "dead":
        os._exit(3)
    if raw.document == "large":
        bytearray(10 * config.file_memory_bytes)
    if raw.document == "broken":
        raise ArticleError("it is broken")
    return make_article(raw)
