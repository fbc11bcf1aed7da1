"""The report."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from eval.curves import reliability_chart, retrieval_chart, risk_chart
from eval.outputs import Judged
from eval.questions import Evidence, Question
from eval.report import in_article, report_html, tiles
from eval.score import score
from eval.speed import OWN, Figure, Part, Size, Speed
from eval.suite import EvalOptions, Outcome, evaluate
from rag.answer import Answer
from tests.eval.scripted import Perfect, article, citation, corpus, questions, reword
from tests.fakes import ScriptedModel
from tests.ui.windows import violations

HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} \" onload='x'"


class Hostile(Perfect):
    """Answers with markup, as an article could make it."""

    def answer(self, asked: Question) -> Answer:
        """Change every name into markup."""
        made = reword(super().answer(asked), "^", HOSTILE.replace("\\", ""))
        return (
            replace(made, claims=(*made.claims, replace(made.claims[0], removed=True, fault="unsupported")))
            if made.claims
            else made
        )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of a hostile run, beside a baseline."""
    folder = tmp_path_factory.mktemp("run")
    asked = (*questions(), Question("open", (HOSTILE,), evidence=(Evidence("aden.txt"),)))
    evaluate(Perfect(), asked, articles=corpus(), options=EvalOptions(out=folder, started="17 May"))
    options = EvalOptions(out=folder / "2", baseline=folder / "baseline.json", floors={"right": 1.0})
    evaluate(Hostile(), asked, articles=corpus(), options=options)
    return (folder / "2" / "report.html").read_text("utf-8")


def test_it_asks_nothing_of_the_network(page: str) -> None:
    """No address, no file, and a policy that forbids both."""
    assert not re.findall(r"""(?:src|href)=["'](?!#)|url\(|@import|https?://""", page)
    assert "default-src 'none'" in page


def test_nothing_in_it_runs(page: str) -> None:
    """Markup of questions and answers is text, and templates in them are not run."""
    assert page.count("<script>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }} &#34; onload=&#39;x&#39;" in page


def test_every_question_is_in_it(page: str) -> None:
    """With its answer, its citations in context, and what the baseline said."""
    assert page.count('<details class="case"') == 73
    case = page.split('id="q-denial-cork"')[1].split("</details>", maxsplit=1)[0]
    assert 'data-outcome="right"' in case
    assert "<mark>The bridge in Cork was not closed in winter.</mark> It opened" in case
    assert '<p class="old">The bridge in Cork was not closed in winter. [1]</p>' in case
    assert "Taken out (unsupported)" in case
    assert "<code>\\bnot closed|stayed open</code>" in case


def test_its_figures(page: str) -> None:
    """The verdict, the tiles, the charts and the kinds are there."""
    assert "The gate failed" in page
    assert "<li>claim support was 1.000, is 0.545; 0.02 is tolerated</li>" in page
    assert page.count('class="tile"') == 8
    assert page.count("<svg") == 3
    assert page.count('<tr><th scope="row">follow-up</th>') == 1
    assert "Against the baseline of 17 May" in page


def test_tiles_tell_what_moved(tmp_path: Path) -> None:
    """The change against the baseline, in points, and whether it is for the better."""
    evaluate(Perfect(), questions(), articles=corpus(), options=EvalOptions(out=tmp_path))
    same: Outcome = evaluate(
        Perfect(), questions(), articles=corpus(), options=EvalOptions(baseline=tmp_path / "baseline.json")
    )
    assert [(tile.value, tile.spread, tile.moved, tile.better) for tile in tiles(same.judged)] == [
        *[("100.0 %", "100–100 %", "as before", None)] * 7,
        ("0.10 s", "", "as before", None),
    ]
    assert same.judged.baseline is not None
    low = same.judged.baseline.model_copy(update={"metrics": {"right": 0.5, "grounded": 1.0}})
    assert [(tile.moved, tile.better) for tile in tiles(replace(same.judged, baseline=low))][:3] == [
        ("+50.0 points", True),
        ("as before", None),
        ("", None),
    ]


def test_a_citation_in_its_article() -> None:
    """The words around it, cut at words, and none where the span is not the quote."""
    found = article(
        "a.txt", "word " * 100 + "end.", "Here.", "next " * 100 + "stop.", outlet="The Post", published="2024"
    )
    here = in_article(citation(found, 1, 1), {"a.txt": found})
    assert (here.source, here.quote, here.exact) == ("The Post · 2024 · a.txt", "Here.", True)
    assert here.before.startswith("…word word")
    assert here.before.endswith("word end. ")
    assert here.after.startswith(" next next")
    assert here.after.endswith("next…")
    off = in_article(replace(citation(found, 1, 1), start=3), {"a.txt": found})
    assert (off.before, off.quote, off.after, off.exact) == ("", "Here.", "", False)


def test_curves() -> None:
    """Points lie where the figures say; without figures there is no curve."""
    articles = {each.document: each for each in corpus()}
    outcome = evaluate(Perfect(), questions(), articles=corpus(), options=EvalOptions())
    scores = [score(row, articles, writer="quotes") for row in outcome.judged.run.rows]
    charts = (reliability_chart(scores), risk_chart(scores), retrieval_chart(scores))
    assert [each and each.says for each in charts] == [
        "On average 0.089 off; ROC area 1.000",
        "Mean risk 0.016; at full coverage 0.167",
        "100 % of the evidence documents come first, 100 % among the first 4",
    ]
    retrieval = charts[2]
    assert retrieval is not None
    assert retrieval.line.split()[0] == "44.0,14.0"
    assert retrieval.line.split()[-1] == "344.0,14.0"
    assert (reliability_chart([]), risk_chart([]), retrieval_chart([])) == (None, None, None)


def test_an_empty_looking_run() -> None:
    """A run in which nothing can be told still has its report."""
    asked = [Question("a", ("?",))]
    outcome = evaluate(Perfect(asked), asked, articles=corpus(), options=EvalOptions(checked=False))
    assert "1 question, asked of 12 articles" in report_html(outcome.judged, {})


@pytest.fixture(scope="module")
def judged() -> Judged:
    """A run of six questions with all that can be asked for beside it."""
    speed = Speed(
        "2 cores",
        (0.0, 0.1),
        (Figure("index", "passages a second", 20.0, 25.0, "to published"),),
        (Part("quotes", "embedding", 0.18, 0.9), Part("quotes", OWN, 0.02, 0.1)),
        (Size(1_000, 0.2, 0.18, 500.0), Size(10_000, 0.3, 0.24, 400.0)),
    )
    options = EvalOptions(peer=Hostile(), peer_name="another", judge=ScriptedModel(*["YES"] * 50), speed=lambda: speed)
    return evaluate(Perfect(), questions()[:6], articles=corpus(), options=options).judged


def test_what_was_asked_for_beside_the_run(judged: Judged) -> None:
    """A peer's figures and answers, a judge's opinion and speed are in the page; without them no word of them is."""
    plain = evaluate(Perfect(), questions()[:6], articles=corpus(), options=EvalOptions())
    articles = {each.document: each for each in corpus()}
    with_all, without = report_html(judged, articles), report_html(plain.judged, articles)
    for words in (
        "<h2>Beside another</h2>",
        "<h2>What scripted says</h2>",
        "It calls 100.0 % faithful",
        "writer quotes; 10.0 % outside the engines",
        "1.5 times the seconds for 10 times the passages",
        "judge: faithful",
        "speaker right",
        '<span class="or">said by</span> <code>Ada Alt</code>',
    ):
        assert words in with_all
    assert with_all.count("another says</h4>") == 6
    assert with_all.count("<script>") == 1
    assert [each for each in ('id="beside"', 'id="judge"', 'id="speed"') if each in without] == []


CUT = """() => {
  const wrong = [];
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const holder = text.parentElement;
    if (!text.data.trim() || !holder.checkVisibility() || holder.closest('.hidden, option, title')) continue;
    // On small windows the heads of tables are for screen readers alone.
    const head = holder.closest('thead');
    if (head && getComputedStyle(head).clipPath !== 'none') continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = holder.closest('td, th, .tile, figure, summary, .inside, section, header').getBoundingClientRect();
    for (const part of range.getClientRects()) {
      if (part.right > Math.min(innerWidth, box.right) + 1 || part.left < Math.max(0, box.left) - 1) {
        wrong.push('cut: ' + text.data);
      }
    }
    const first = range.getClientRects()[0];
    scrollTo({top: scrollY + first.top - 300, behavior: 'instant'});
    const seen = range.getClientRects()[0];
    const top = document.elementFromPoint(seen.left + seen.width / 2, seen.top + seen.height / 2);
    if (!top || !(holder.contains(top) || top.contains(holder))) wrong.push('covered: ' + text.data);
  }
  return wrong;
}"""


@pytest.fixture(scope="module", params=["of a hostile run", "with all beside it"])
def file(request: pytest.FixtureRequest, page: str, judged: Judged, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file as a browser opens it from disk."""
    kept = tmp_path_factory.mktemp("report") / "report.html"
    of_hostile = request.param == "of a hostile run"
    kept.write_text(page if of_hostile else report_html(judged, {each.document: each for each in corpus()}), "utf-8")
    return kept


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_nothing_is_cut_or_covered(
    browser: Browser, file: Path, size: tuple[int, int], theme: Literal["light", "dark"]
) -> None:
    """All words are whole, inside their boxes and on top, with some questions opened, and axe finds nothing."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    window = context.new_page()
    window.goto(file.as_uri())
    window.evaluate("[...document.querySelectorAll('.case')].slice(0, 12).forEach(each => { each.open = true; })")
    assert window.evaluate("document.documentElement.scrollWidth") == size[0]
    assert window.evaluate(CUT) == []
    assert violations(window) == []
    context.close()


@pytest.mark.browser
def test_filters_and_twins(browser: Browser, page: str, tmp_path: Path) -> None:
    """Filters leave what fits and count it; the way to a twin opens it, whatever was filtered."""
    kept = tmp_path / "report.html"
    kept.write_text(page, "utf-8")
    context = browser.new_context()
    window = context.new_page()
    window.goto(kept.as_uri())
    shown = window.locator(".case:visible")
    window.select_option("#f-kind", "who")
    assert (shown.count(), window.locator("#f-count").inner_text()) == (12, "12 of 73")
    window.fill("#f-words", "nobody would say this")
    assert (shown.count(), window.locator("#f-none").is_visible()) == (0, True)
    window.fill("#f-words", "")
    window.select_option("#f-kind", "none")
    shown.first.locator("summary").click()
    shown.first.get_by_role("link", name="when-aden").click()
    expect(window.locator("#q-when-aden .inside")).to_be_in_viewport()
    assert shown.count() == 73
    context.close()
