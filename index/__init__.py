"""Files → articles → passages → vectors in Chroma. Knows nothing of questions.

Here are the values, in the order in which data meets them. `index.pipeline` fills a store and `index.store`
reads it; both are heavy to import, so they are named where they are used.
"""

from index.article import Article, Coverage, Description, Filters, Passage, Sentence
from index.errors import VerbatimError

__all__ = [  # noqa: RUF022  # in the order in which data meets them
    "Description",
    "Sentence",
    "Article",
    "Passage",
    "Filters",
    "Coverage",
    "VerbatimError",
]
