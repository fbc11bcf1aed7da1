"""Views → HTML, by templates that escape everything. Pure: nothing is read but the templates, nothing is written.

What a quote is marked in, the text of an article, is not made here: HTML evens out line breaks, and a quote must stay
as it is to the character, so the page's script puts that text in by itself, and the sentences of an answer too, which
keep their elements while it is written.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ui.shapes import CorpusView, Drawn, MatchView, QuoteView, TurnView
from ui.words import counted, excerpt

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
REASONS = {
    "unsupported_quote": "A quote doesn’t support the statement",
    "missing": "Something is missing",
    "wrong_source": "Wrong or outdated source",
    "should_abstain": "It should have said “not in the articles”",
}
"""What can be wrong with an answer, as `ui.sent` takes it, in words."""
MOST_FOUND = 4
"""Quotes that stand there while the answer is written."""


@functools.cache
def environment() -> Environment:
    """The templates, which escape whatever is put into them."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(counted=counted, reasons=REASONS)
    made.filters["excerpt"] = excerpt
    return made


def render_turn(view: TurnView) -> Drawn:
    """Draw a turn's evidence, what stands above and below its sentences, and its sources."""
    outcome = view["outcome"]
    quotes = {each["number"]: each for each in view["quotes"] if each["exact"]}
    busy = view["state"] in ("asking", "waiting")
    absent = outcome is not None and outcome["verdict"]["kind"] == "absent"
    used = [quotes[number] for number in (outcome["used"] if outcome else quotes) if number in quotes]
    values = {"view": view, "outcome": outcome, "quotes": quotes, "used": used, "groups": _by_article(used)}
    found = {"found": used[:MOST_FOUND], "total": len(used)}
    return Drawn(
        evidence=_render("evidence.html", **found) if busy and used else "",
        head=_render("head.html", **values) if outcome else "",
        body=_render("body.html", **values) if outcome else "",
        title="Closest passages" if absent else "Quotes used" if outcome else "Quotes found",
        sources=_render("sources.html", **values) if used or outcome else "",
    )


def render_listing(articles: Sequence[object], *, total: int) -> str:
    """Draw the list of the corpus in the source column."""
    return _render("listing.html", articles=articles, total=total)


def render_corpus(view: CorpusView) -> str:
    """Draw the articles of the corpus page."""
    return _render("corpus.html", view=view)


def render_matches(matches: Sequence[MatchView]) -> str:
    """Draw what was found of words that were looked up."""
    return _render("matches.html", matches=matches)


def render_removed(parts: Sequence[str]) -> str:
    """Draw what cleaning took out of an article."""
    return _render("removed.html", parts=parts)


def _render(name: str, **values: object) -> str:
    return environment().get_template(name).render(**values)


def _by_article(quotes: Sequence[QuoteView]) -> list[list[QuoteView]]:
    """Gather quotes by article, in the order of the first of each."""
    places = {each["article"]: at for at, each in reversed(list(enumerate(quotes)))}
    ordered = sorted(quotes, key=lambda each: (places[each["article"]], each["number"]))
    return [list(group) for _, group in groupby(ordered, key=lambda each: each["article"])]
