"""Question and turns → evidence → an answer in which every sentence stands on words of an article.

Knows nothing of pages and commands. Here are the values, in the order in which data meets them; `rag.engine`
has the engine that makes them.
"""

from rag.answer import Answer, Citation, Claim, Disagreement, Done, Event, Evidence, Turn, record

__all__ = [  # noqa: RUF022  # in the order in which data meets them
    "Turn",
    "Citation",
    "Evidence",
    "Claim",
    "Disagreement",
    "Answer",
    "Event",
    "Done",
    "record",
]
