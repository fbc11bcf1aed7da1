"""The HTML of views: what is in it, and that nothing of an article, a question or a model becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.answer import Disagreement, Done, Evidence, EvidenceFound, Side
from tests.ui.attacks import ATTACKS
from tests.ui.test_view import ANSWER, ARTICLE, CITED, CONTEXT, OTHER
from ui.render import render_corpus, render_listing, render_matches, render_removed, render_turn
from ui.shapes import CorpusView, Drawn, HoldingView, ListedView, MatchView
from ui.view import advance, asked

# Everything that the templates make.
TAGS = set(
    "article blockquote button details div form h3 h4 input label li ol p s section span strong summary svg textarea "
    "ul use".split()
)


class Tags(HTMLParser):
    """Collects what is markup in a text, and what is not."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the names."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.texts.append(data)


def drawn_with(text: str) -> Drawn:
    """Draw an answer in which every string of a model, a reader or an article is `text`."""
    cited = replace(CITED, title=text, outlet=text, speaker=text, document=text, also=(text,), when=text)
    claim = replace(ANSWER.claims[0], text=text)
    answer = replace(
        ANSWER,
        question=text,
        standalone=f"{text}?",
        claims=(claim, replace(claim, removed=True, fault="unsupported")),
        citations=(cited, replace(cited, number=2)),
        disagreements=(Disagreement(text, (Side(text, (1,)), Side(text, (2,)))),),
        notes=(text,),
        writer="model",
        model=text,
    )
    return render_turn(advance(asked("q1", text), Done(answer), CONTEXT))


def all_pages(text: str) -> str:
    """Draw everything that can be drawn of this text."""
    found = EvidenceFound((Evidence(replace(CITED, outlet=text), 1.0),))
    quotes = render_turn(advance(asked("q1", text), found, CONTEXT))
    listed = ListedView(id=text, title=text, outlet=text, date=text)
    holding = HoldingView(id=text, title=text, about=text, state=text, failed=False)
    holdings: list[HoldingView] = [holding, {**holding, "failed": True}]
    corpus = CorpusView(counts=text, rules=text, open=True, total=2, failures=1, holdings=holdings)
    match = MatchView(article=text, start=0, end=1, kind=text, shown=text, about=text)
    parts = [*drawn_with(text).values(), *quotes.values()]
    others = (render_listing([listed], total=2), render_corpus(corpus), render_matches([match]), render_removed([text]))
    return "".join([*map(str, parts), *others])


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_text(attack: str) -> None:
    """Whatever stands in a title, a name, a note or a sentence adds no tag and no attribute."""
    plain, attacked = Tags(all_pages("harmless")), Tags(all_pages(attack))
    assert (attacked.tags, attacked.attributes) == (plain.tags, plain.attributes)
    assert plain.tags <= TAGS
    assert any(attack.strip() in text for text in attacked.texts)


@pytest.mark.usefixtures("unescaped")
def test_without_escaping_the_attacks_would_be_found() -> None:
    """The test above can fail: with escaping off, most of the attacks become markup."""
    plain = Tags(all_pages("harmless"))
    found = [each for each in ATTACKS if not Tags(all_pages(each)).tags <= plain.tags]
    assert len(found) > len(ATTACKS) / 3


def test_a_turn_is_drawn_in_parts() -> None:
    """Evidence while it is written; verdict, sources and actions when it is done; chips name their quote."""
    found = advance(asked("q1", "?"), EvidenceFound((Evidence(CITED, 1.0),)), CONTEXT)
    busy = render_turn(found)
    assert (busy["head"], busy["body"], busy["title"]) == ("", "", "Quotes found")
    assert "Found in the articles: 1 sentence" in busy["evidence"]
    done = render_turn(advance(found, Done(ANSWER), CONTEXT))
    assert (done["evidence"], done["title"]) == ("", "Quotes used")
    assert "<strong>Well supported</strong>" in done["head"]
    assert "1 of 1 quote matches the articles word for word." in done["sources"]
    does = "copy markdown json link edit good bad cancel".split()
    assert re.findall(r'data-do="(\w+)"', done["body"]) == does
    chip = '<button type="button" class="chip" data-number="1" aria-label="Quote 1, The Times, 16 Sep 2023">1</button>'
    assert (chip in done["body"], chip in done["sources"]) == (True, True)


def test_a_quote_that_was_not_found_gets_no_chip() -> None:
    """It is neither among the sources nor on a side."""
    sides = Disagreement("Was it?", (Side("Say so", (1,)), Side("Deny it", (2,))))
    answer = replace(ANSWER, citations=(CITED, OTHER), disagreements=(sides,))
    done = render_turn(advance(asked("q1", "?"), Done(answer), CONTEXT))
    assert set(re.findall(r'data-number="(\d)"', "".join(map(str, done.values())))) == {"1"}


def test_sources_stand_by_article_in_the_order_of_their_first_quote() -> None:
    """Quotes of one article are together, though another's stands between their numbers."""
    other = replace(ARTICLE, document="b.txt")
    context = replace(CONTEXT, articles={ARTICLE.id: ARTICLE, other.id: other})
    cited = (CITED, replace(CITED, number=2, article=other.id, outlet="The Post"), replace(CITED, number=3))
    answer = replace(ANSWER, citations=cited, claims=(replace(ANSWER.claims[0], citations=(1, 2, 3)),))
    sources = render_turn(advance(asked("q1", "?"), Done(answer), context))["sources"]
    assert re.findall(r"<strong>([^<]+)</strong>|data-number=\"(\d)\"", sources) == [
        ("The Times", ""),
        ("", "1"),
        ("", "3"),
        ("The Post", ""),
        ("", "2"),
    ]


def test_a_timeline_says_whose_each_date_is() -> None:
    """In the order of the dates, with a chip at each."""
    cited = tuple(replace(CITED, number=n, when=when) for n, when in ((1, "2024"), (2, "2023-07"), (3, "2023-09-19")))
    answer = replace(
        ANSWER,
        standalone="How did it change?",
        citations=cited,
        claims=(replace(ANSWER.claims[0], citations=(1, 2, 3)),),
    )
    body = render_turn(advance(asked("q1", "How did it change?"), Done(answer), CONTEXT))["body"]
    assert re.findall(r'<p class="when"><strong>(.*?)</strong> (.*?)</p>', body) == [
        ("Jul 2023", "date in the text"),
        ("19 Sep 2023", "date in the text"),
        ("2024", "date in the text"),
    ]
