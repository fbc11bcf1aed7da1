"""What the command line prints of articles, passages and answers: rows for JSON, lines for people."""

from __future__ import annotations

from dataclasses import asdict

from llama_index.core.base.embeddings.base import BaseEmbedding

from index.article import Article, Origins
from index.catalog import Listed
from index.doctor import Health
from index.embed import embed_question
from index.store import Store
from rag.answer import Answer, Citation
from rag.config import RagConfig
from rag.retrieve import search
from rag.words import bare

Row = dict[str, object]
"""A JSON object on its way to standard output."""


def listed_row(listed: Listed) -> Row:
    """An article or a failure, as `articles --json` lists it."""
    row = asdict(listed)
    return {
        **{key: row[key] for key in ("id", "document", "source", "state", "reason", "indexed", "characters")},
        **row["about"],
        "origins": _origins(listed.origins),
    }


def article_row(article: Article) -> Row:
    """One article whole, as `articles --json --text ID` prints it."""
    sentences = [[each.start, each.end] for each in article.sentences]
    return {
        "id": article.id,
        "document": article.document,
        "source": article.source,
        **asdict(article.about),
        "origins": _origins(article.origins),
        "text": article.text,
        "sentences": sentences,
        "removed": list(article.removed),
    }


def _origins(origins: Origins) -> Row:
    """Where each known value of a description was found."""
    return {name: origin for name, origin in asdict(origins).items() if origin}


def passage_rows(words: str, store: Store, embedding: BaseEmbedding, config: RagConfig, *, most: int) -> list[Row]:
    """The passages that a search finds, best first."""
    wide = config.model_copy(update={"candidates": max(config.candidates, most)})
    found = search(store, words=words, vector=embed_question(embedding, words), config=wide)
    return [
        {
            "document": each.article.document,
            "start": each.passage.start,
            "end": each.passage.end,
            "score": round(each.score, 6),
            "text": each.text,
            **{key: getattr(each.article.about, key) for key in ("title", "outlet", "published")},
        }
        for each in found[:most]
    ]


def health_lines(health: Health) -> list[str]:
    """What a check-up found and did, for a terminal."""
    found = [f"{each.part}: {each.problem}: {each.mended or 'NOT mended'}" for each in health.findings]
    state = "sound" if health.sound else "DAMAGED"
    counts = f"{health.articles} articles, {health.passages} passages, all vectors and words compared"
    return [*found, f"{state}: {counts}"]


def answer_lines(answer: Answer) -> list[str]:
    """An answer for a terminal: its sentences, then the quotes that they stand on."""
    lines = [answer.text, ""] if not answer.abstained else [_abstention(answer), ""]
    for dispute in answer.disagreements:
        sides = "; ".join(f"{each.position} {list(each.citations)}" for each in dispute.sides)
        lines += [f"Sources disagree: {sides}", ""]
    lines += [_source(each) for each in answer.citations]
    lines += ["", *(f"Note: {note}" for note in answer.notes)] if answer.notes else []
    return lines


def _abstention(answer: Answer) -> str:
    covered = (
        f"The articles were published from {answer.covered[0]} to {answer.covered[1]}." if answer.covered[0] else ""
    )
    why = {
        "not_in_corpus": "The articles do not speak of this.",
        "not_answered": "The articles speak of this, but do not answer the question.",
        "false_premise": "The articles contradict what the question takes for granted.",
        None: "",
    }[answer.reason]
    nearest = "The nearest sentences:" if answer.citations else ""
    return " ".join(part for part in ("No answer.", why, covered, nearest) if part)


def _source(citation: Citation) -> str:
    where = " · ".join(part for part in (citation.outlet, citation.published, citation.title) if part)
    place = f"{citation.document}[{citation.start}:{citation.end}]"
    return f"[{citation.number}] “{bare(citation.quote)}”\n    {place} {where}".rstrip()
