"""The page in a real browser: what a reader sees, clicks, hears and keeps."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.scripted import ATTACK, ScriptedEngine
from tests.ui.windows import (
    ABSENT,
    DISPUTED,
    FACT,
    PHONE,
    WIDE,
    OpenWindow,
    Served,
    Theme,
    ask,
    in_view,
    marked,
    serving,
    sideways,
    small_or_unnamed,
    violations,
)

pytestmark = pytest.mark.browser


def test_the_empty_page(open_window: OpenWindow) -> None:
    """It shows examples and articles, under one heading and in one main landmark, and asks for little."""
    page = open_window()
    expect(page.locator(".example")).to_have_count(4)
    expect(page.locator(".listed")).to_have_count(6)
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("main")).to_have_count(1)
    expect(page).to_have_title("Verbatim")
    expect(page.locator("#counts")).to_have_text("6 articles · 5 named publishers · Sep 2022 to Sep 2024")
    expect(page.locator("#made-of")).to_have_text("Answers quote the articles and nothing else.")
    sizes = page.evaluate("performance.getEntriesByType('resource').map(each => each.transferSize)")
    assert (len(sizes) < 60, sum(sizes) < 600_000) == (True, True)


def test_an_empty_corpus_says_how_to_make_an_index(open_window: OpenWindow, tmp_path: Path) -> None:
    """There are no examples to try, but a command to run."""
    with serving(ScriptedEngine(articles=()), tmp_path) as empty:
        page = open_window(url=empty.url)
        expect(page.locator("#start code")).to_have_text("verbatim index FOLDER")
        expect(page.locator(".example")).to_have_count(0)


def test_a_question_is_shown_at_once_and_its_stages_in_order(open_window: OpenWindow, served: Served) -> None:
    """The question stands there within 150 ms; stages are announced; aria-busy is set and taken away."""
    served.engine.pace = 0.12
    page = open_window()
    page.evaluate("""() => {
      window.heard = []; window.busy = [];
      const status = document.getElementById('status');
      const all = {childList: true, characterData: true, subtree: true, attributes: true};
      new MutationObserver(() => heard.push(status.textContent)).observe(status, all);
      new MutationObserver(() => {
        if (!window.shown && document.querySelector('.turn h2')) window.shown = performance.now();
        const answer = document.querySelector('.answer');
        if (answer) busy.push(answer.getAttribute('aria-busy'));
      }).observe(document.getElementById('thread'), all);
      document.addEventListener('keydown', () => { window.pressed ??= performance.now(); }, true);
    }""")
    ask(page, DISPUTED)
    assert page.evaluate("shown - pressed") < 150
    heard = list(dict.fromkeys(page.evaluate("heard")))
    assert heard == [
        "Sending the question…",
        "Understanding the question…",
        "Searching 6 articles…",
        "Reading 7 sentences from 5 articles…",
        "Writing the answer…",
        "Answer ready. Sources disagree. 5 sources, 7 of 7 quotes match.",
    ]
    assert (page.evaluate("busy[0]"), page.evaluate("busy.at(-1)")) == ("true", "false")


def test_evidence_is_there_before_the_answer(open_window: OpenWindow) -> None:
    """While the answer is written its quotes stand open, and they go when it is there."""
    page = open_window()
    turn = ask(page, f"slowly: {FACT}", wait=False)
    expect(turn.locator(".evidence blockquote")).to_have_count(3)
    expect(page.locator("#sources-title")).to_have_text("Quotes found")
    expect(turn.locator(".claim")).to_have_count(1)


def test_a_chip_works_while_the_answer_streams(open_window: OpenWindow, served: Served) -> None:
    """It opens its sentence at once, and neither the chip nor the article is made anew when the answer is done."""
    page = open_window()
    turn = ask(page, f"slowly: {DISPUTED}", wait=False)
    chip = turn.locator(".answer .chip").nth(1)
    chip.click()
    expect(page.locator("mark.exact").first).to_be_focused()
    before = (marked(page), page.locator("#place").text_content())
    page.evaluate(
        "window.kept = ['.answer .chip:nth-child(2)', 'mark.exact'].map(each => document.querySelector(each))"
    )
    served.engine.go.set()
    expect(turn.locator(".actions")).to_be_visible()
    assert page.evaluate("kept.every(node => node.isConnected)")
    assert page.evaluate("kept[0] === document.querySelector('.answer .chip:nth-child(2)')")
    assert (marked(page), page.locator("#place").text_content()) == before
    assert before[0].startswith("U.N. sanctions envoys")
    expect(page.locator("mark.exact").first).to_be_focused()


@pytest.mark.parametrize("question", [DISPUTED, FACT, ABSENT, "How did Seoul’s position change?", "Show me markup"])
def test_every_chip_opens_its_own_words(open_window: OpenWindow, question: str) -> None:
    """What is marked is the quote, to the character, and it is in view."""
    page = open_window()
    turn = ask(page, question)
    turns = page.evaluate("JSON.parse(localStorage['verbatim.threads'])[0].turns")
    quotes = {quote["number"]: quote["quote"] for quote in turns[0]["quotes"]}
    chips = turn.locator(".chip")
    assert chips.count() >= 1
    for at in range(chips.count()):
        number = int(chips.nth(at).text_content() or "0")
        chips.nth(at).click()
        expect(page.locator("#sources-title .chip")).to_have_text(str(number))
        assert marked(page) == quotes[number]
        assert in_view(page)


def test_what_to_ask_next_is_asked_by_a_click(open_window: OpenWindow) -> None:
    """Questions that the server suggests for what was cited stand under the last answer."""
    page = open_window()
    offered = ask(page, FACT).locator(".more button").first
    expect(offered).to_contain_text("What else does")
    question = offered.text_content()
    offered.click()
    expect(page.locator(".turn h2").last).to_have_text(str(question))


def test_the_hover_card(open_window: OpenWindow) -> None:
    """It names outlet, date and quote, can be hovered itself, and Esc dismisses it."""
    page = open_window()
    turn = ask(page, FACT)
    card = page.locator("#card")
    chip = turn.locator(".answer .chip").first
    chip.hover()
    expect(card).to_be_visible()
    expect(card).to_contain_text("Unknown publisher · Date unknown")
    expect(card).to_contain_text("“In March, South Korean defence minister Shin Wonsik said")
    assert chip.get_attribute("aria-describedby") == "card"
    card.hover()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    chip.hover(position={"x": 3, "y": 3})
    expect(card).to_be_visible()
    page.mouse.move(400, 500)
    expect(card).to_be_hidden()


def test_the_keyboard_is_enough(open_window: OpenWindow) -> None:
    """Tab reaches a chip, arrows its neighbours, Enter the sentence, Esc the chip again, Ctrl+K the box."""
    page = open_window()
    turn = ask(page, DISPUTED)
    page.locator(".turn h2").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    chips = turn.locator(".answer .chip")
    expect(chips.nth(0)).to_be_focused()
    expect(chips.nth(0)).to_have_accessible_name("Quote 1, The Dong-A Ilbo, 16 Sep 2023")
    expect(page.locator("#card")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(chips.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(chips.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("mark.exact").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(chips.nth(0)).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#question")).to_be_focused()


def test_an_article_shows_all_its_quotes_of_the_answer(open_window: OpenWindow) -> None:
    """The one that is read is told from the others; previous and next go between them; back goes to all quotes."""
    page = open_window()
    turn = ask(page, DISPUTED)
    turn.locator(".answer .chip").nth(1).click()
    expect(page.locator("#place")).to_have_text("Quote 2 of 2")
    expect(page.locator("#next")).to_be_disabled()
    page.click("#previous")
    expect(page.locator("#place")).to_have_text("Quote 1 of 2")
    assert marked(page).startswith("“We have no intention to export")
    expect(page.locator("mark.other:not(.active)")).to_have_count(1)
    page.click("#back")
    expect(page.locator("#sources-title")).to_have_text("Quotes used")
    expect(page.locator(".group")).to_have_count(5)
    page.get_by_role("button", name="See all 6 articles").click()
    page.get_by_role("button", name="No arms sent to Russia").click()
    expect(page.locator("#sources-title")).to_contain_text("The Manila Times")
    expect(page.locator(".article mark")).to_have_count(0)


def test_a_disagreement_has_two_sides_with_quotes(open_window: OpenWindow) -> None:
    """Each side says who, when and in which words, without counting votes."""
    page = open_window()
    turn = ask(page, DISPUTED)
    expect(turn.locator(".verdict")).to_contain_text("Sources disagree")
    expect(turn.locator(".dispute h3")).to_have_text("Did North Korea send weapons to Russia?")
    expect(turn.locator(".side h4")).to_have_text(["Say it happened", "Deny it"])
    for at in range(2):
        expect(turn.locator(".side").nth(at).locator("blockquote")).to_have_count(3)
    expect(turn.locator(".side").nth(1)).to_contain_text("Kim Yo-jong")
    assert "%" not in turn.inner_text()


def test_an_abstention_writes_nothing(open_window: OpenWindow) -> None:
    """No prose, but the reason, the closest passages and the dates that the articles cover."""
    page = open_window()
    turn = ask(page, ABSENT)
    expect(turn.locator(".claim")).to_have_count(0)
    expect(turn.locator(".absence h3")).to_have_text("None of the 6 articles answers this.")
    expect(turn.locator(".absence")).to_contain_text("The articles cover Sep 2022 to Sep 2024.")
    expect(turn.locator(".absence blockquote")).to_have_count(2)
    expect(page.locator("#sources-title")).to_have_text("Closest passages")


def test_filters_that_hide_the_answer_are_widened_with_one_tap(open_window: OpenWindow, served: Served) -> None:
    """The card counts what is hidden; a tap asks again without filters."""
    page = open_window()
    page.click("#outlets-button")
    page.locator("#outlet-choices").get_by_text("The Manila Times").click()
    page.keyboard.press("Escape")
    expect(page.locator("#outlets-button")).to_be_focused()
    expect(page.locator("#outlets-button")).to_have_text("The Manila Times")
    turn = ask(page, FACT)
    assert served.engine.asked[-1][2].outlets == ("The Manila Times",)
    expect(turn.locator(".widen")).to_contain_text("Your filters hide 5 of the 6 articles.")
    turn.get_by_role("button", name="Search all 6 articles").click()
    expect(page.locator(".turn .claim").first).to_contain_text("7,000 containers")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#outlets-button")).to_have_text("All publishers")


def test_dates_are_filters_too(open_window: OpenWindow, served: Served) -> None:
    """From, to and articles with no date reach the engine."""
    page = open_window()
    page.click("#dates-button")
    page.fill("#after", "2023-01-01")
    page.fill("#before", "2023-12-31")
    page.check("#undated")
    page.keyboard.press("Escape")
    expect(page.locator("#dates-button")).to_have_text("1 Jan 2023 – 31 Dec 2023")
    ask(page, FACT)
    filters = served.engine.asked[-1][2]
    assert (filters.after, filters.before, filters.undated) == ("2023-01-01", "2023-12-31", True)


def test_exports_hold_verdict_and_quotes(open_window: OpenWindow) -> None:
    """Markdown, by clipboard and as a file, has the verdict and a footnote for each quote; JSON is the record."""
    page = open_window()
    turn = ask(page, FACT)
    turn.get_by_role("button", name="Copy with sources").click()
    expect(turn.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        turn.get_by_role("button", name="Download .md").click()
    assert download.value.suggested_filename == "verbatim-answer.md"
    written = download.value.path().read_text("utf-8")
    assert copied == written
    assert "**Partly supported.** 1 publisher. 2 of 3 statements match" in written
    assert re.findall(r"^\[\^(\d+)\]: “", written, re.MULTILINE) == ["1", "2"]
    with page.expect_download() as download:
        turn.get_by_role("button", name="Download .json").click()
    row = json.loads(download.value.path().read_text("utf-8"))
    assert (row["question"], len(row["claims"]), len(row["citations"])) == (FACT, 3, 3)


def test_removed_sentences_are_counted_and_shown_on_demand(open_window: OpenWindow) -> None:
    """They are not in the answer, but one click away, with the reason."""
    page = open_window()
    turn = ask(page, FACT)
    expect(turn.locator(".answer")).not_to_contain_text("by rail")
    removed = turn.locator(".removed")
    expect(removed.locator("li")).to_be_hidden()
    removed.locator("summary").click()
    expect(removed.locator("li")).to_have_text("All of the containers went by rail. No quote carries it.")
    expect(turn.locator(".notes")).to_contain_text("The article says “in March” without a year")


def test_feedback_is_stored_with_its_reason(open_window: OpenWindow, served: Served) -> None:
    """Four reasons and a comment; a thumb up needs no form."""
    page = open_window()
    turn = ask(page, FACT)
    turn.get_by_role("button", name="Something is wrong").click()
    expect(turn.locator(".complaint input")).to_have_count(4)
    turn.get_by_text("Wrong or outdated source").click()
    turn.locator(".complaint textarea").fill("Line one\nline two")
    turn.get_by_role("button", name="Send").click()
    expect(turn.locator(".feedback")).to_have_text("Thank you. Your answer was kept with the question.")
    turn.get_by_role("button", name="This helped").click()
    expect(turn.get_by_role("button", name="This helped")).to_have_attribute("aria-pressed", "true")
    expect(turn.locator(".feedback")).to_be_visible()
    rows = [json.loads(line) for line in served.feedback.read_text("utf-8").splitlines()]
    mine = next(row for row in rows if row["comment"] == "Line one\nline two")
    assert (mine["helpful"], mine["reasons"], mine["question"]) == (False, ["wrong_source"], FACT)
    assert mine["answer"]["answer"].startswith("South Korea’s defence minister")


def test_markup_of_an_article_is_text_everywhere(open_window: OpenWindow) -> None:
    """From the list of articles to the opened source, and in the question itself."""
    page = open_window()
    expect(page.locator(".listed").last).to_contain_text("{{constructor.constructor('window.pwned=3')()}}")
    turn = ask(page, f"markup {ATTACK}")
    expect(turn.locator(".words")).to_have_text(f"The report said {ATTACK}.")
    turn.locator(".answer .chip").first.click()
    expect(page.locator("#sources-title")).to_contain_text("<b>Bold</b> News")
    assert "<script>window.pwned=4</script> too." in marked(page)
    assert page.evaluate("window.pwned") is None


def test_stop_leaves_what_stands_and_says_that_it_is_unchecked(open_window: OpenWindow, served: Served) -> None:
    """The box is free at once, the engine ends, and the question can be asked again."""
    page = open_window()
    closed = served.engine.closed
    turn = ask(page, f"slowly: {FACT}", wait=False)
    expect(turn.locator(".claim")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    expect(turn.locator(".failure")).to_contain_text("what stands here is unchecked")
    expect(turn.locator(".answer")).to_have_attribute("aria-busy", "false")
    expect(turn.locator(".claim")).to_have_count(1)
    served.engine.go.set()
    page.wait_for_function("document.getElementById('send').getAttribute('aria-label') === 'Ask'")
    turn.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn").last.locator(".actions")).to_be_visible()
    # The server hears of it on its own thread, which a busy machine may run last.
    for _ in range(100):
        if served.engine.closed > closed:
            break
        page.wait_for_timeout(100)
    assert served.engine.closed == closed + 1


def test_a_failure_offers_to_try_again(open_window: OpenWindow, served: Served) -> None:
    """The question stays, no secret of the server is shown, and the second try answers."""
    page = open_window()
    turn = ask(page, f"break: {FACT}", wait=False)
    expect(turn.locator(".failure")).to_contain_text("Something went wrong on the server. The question is kept")
    assert "secret" not in page.inner_text("body")
    served.engine.broken = False
    turn.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn").last.locator(".actions")).to_be_visible()
    expect(page.locator(".turn h2")).to_have_text([f"break: {FACT}"])


def test_a_lost_connection_is_said(open_window: OpenWindow) -> None:
    """What never reaches the server ends as a failure that can be tried again."""
    page = open_window(strict=False)
    page.route("**/gradio_api/queue/join*", lambda route: route.fulfill(status=503, body="full"))
    turn = ask(page, FACT, wait=False)
    expect(turn.locator(".failure")).to_contain_text("The question is kept")
    page.unroute("**/gradio_api/queue/join*")
    turn.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn").last.locator(".actions")).to_be_visible()


def test_the_thread_is_the_conversation(open_window: OpenWindow, served: Served) -> None:
    """A follow-up carries the turns before it; a new conversation carries none."""
    page = open_window()
    ask(page, FACT)
    ask(page, DISPUTED)
    [turn] = served.engine.asked[-1][1]
    assert (turn.question, turn.answer.startswith("South Korea’s defence minister")) == (FACT, True)
    page.click("#new")
    expect(page.locator("#start")).to_be_visible()
    ask(page, ABSENT)
    assert served.engine.asked[-1][1] == ()


def test_a_reload_keeps_conversations_and_theme(open_window: OpenWindow) -> None:
    """The open conversation is there again, its chips work, and earlier ones are in the history."""
    page = open_window()
    ask(page, FACT)
    page.click("#new")
    ask(page, DISPUTED)
    page.get_by_role("button", name="Dark theme").click()
    page.reload()
    expect(page.locator(".turn h2")).to_have_text(DISPUTED)
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.getElementById('verbatim')).backgroundColor") == "rgb(19, 22, 25)"
    page.click("#history-button")
    expect(page.locator("#threads .kept")).to_have_count(2)
    page.locator("#threads").get_by_text(FACT).click()
    expect(page.locator(".turn h2")).to_have_text(FACT)
    page.locator(".answer .chip").first.click()
    expect(page.locator("mark.exact").first).to_be_focused()
    assert "7,000 containers" in marked(page)


def test_on_a_phone_the_source_is_a_sheet(open_window: OpenWindow) -> None:
    """It covers the lower part, everything else is inert, and the focus comes back to the chip."""
    page = open_window(PHONE)
    turn = ask(page, DISPUTED)
    expect(page.locator("#sources")).to_be_hidden()
    chip = turn.locator(".answer .chip").first
    chip.click()
    expect(page.locator("#sources")).to_be_visible()
    expect(page.locator("mark.exact").first).to_be_focused()
    assert page.evaluate("['#reading', '#verbatim > header'].every(each => document.querySelector(each).inert)")
    box = page.locator("#sources").bounding_box()
    assert box is not None
    assert (round(box["height"]), box["width"]) == (round(844 * 0.78), 390)
    page.wait_for_function("document.getElementById('sources').getBoundingClientRect().bottom <= innerHeight + 1")
    assert in_view(page)
    page.keyboard.press("Escape")
    expect(page.locator("#sources")).to_be_hidden()
    expect(chip).to_be_focused()
    page.click("#sources-button")
    page.get_by_role("button", name="Close the sources").click()
    expect(page.locator("#sources-button")).to_be_focused()


@pytest.mark.parametrize("question", ["", DISPUTED, ABSENT, f"markup {'w' * 400}"])
def test_nothing_scrolls_sideways_at_320_pixels(open_window: OpenWindow, question: str) -> None:
    """Long words and cards fit the narrowest window."""
    page = open_window((320, 640))
    if question:
        ask(page, question)
    assert (sideways(page), page.evaluate("document.getElementById('scroll').scrollWidth <= innerWidth")) == ([], True)


def test_a_long_status_line_leaves_the_filters_whole(open_window: OpenWindow) -> None:
    """What answers are made of wraps beside them; their labels are not cut."""
    page = open_window()
    page.evaluate("document.getElementById('made-of').textContent = 'A language model writes. '.repeat(6)")
    cut = "[...document.querySelectorAll('.filter .label')].filter(each => each.scrollWidth > each.clientWidth).length"
    assert page.evaluate(cut) == 0
    box = page.locator("#made-of").bounding_box()
    assert box is not None
    assert (sideways(page), box["height"] > 20) == ([], True)


def test_reduced_motion_is_respected(open_window: OpenWindow) -> None:
    """Nothing is animated for readers who ask for that."""
    page = open_window(PHONE, still=True)
    ask(page, f"slowly: {FACT}", wait=False)
    moving = page.evaluate("document.getAnimations().filter(each => each.playState === 'running').length")
    assert moving == 0


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_targets_are_large_enough(open_window: OpenWindow, size: tuple[int, int]) -> None:
    """Whatever can be pressed is at least 24 by 24 pixels, and has a name."""
    page = open_window(size)
    ask(page, DISPUTED)
    assert small_or_unnamed(page) == []


def test_two_readers_do_not_meet(open_window: OpenWindow, served: Served) -> None:
    """Two windows that ask at the same time get their own answers."""
    served.engine.pace = 0.1
    one, two = open_window(reader="one"), open_window(reader="two")
    first = ask(one, FACT, wait=False)
    second = ask(two, DISPUTED, wait=False)
    expect(first.locator(".actions")).to_be_visible()
    expect(second.locator(".actions")).to_be_visible()
    expect(first.locator(".claim").first).to_contain_text("7,000 containers")
    expect(second.locator(".claim").first).to_contain_text("UN sanctions envoys")
    for page in (one, two):
        expect(page.locator(".turn")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_axe_finds_nothing_in_any_state(
    open_window: OpenWindow, served: Served, theme: Theme, size: tuple[int, int]
) -> None:
    """Empty, streaming, disagreement, hover card, source, abstention, feedback, failure, history and filters."""
    page = open_window(size, theme=theme, still=True)
    found = {"empty": violations(page)}
    turn = ask(page, f"slowly: {DISPUTED}", wait=False)
    expect(turn.locator(".claim")).to_have_count(1)
    found["streaming"] = violations(page)
    served.engine.go.set()
    expect(turn.locator(".actions")).to_be_visible()
    found["disagreement"] = violations(page)
    turn.locator(".answer .chip").nth(1).hover()
    expect(page.locator("#card")).to_be_visible()
    found["hover"] = violations(page, "#card")
    turn.locator(".answer .chip").nth(1).click()
    expect(page.locator("mark.exact").first).to_be_focused()
    found["source"] = violations(page, "#sources")
    page.keyboard.press("Escape")
    turn = ask(page, FACT)
    turn.locator(".removed summary").click()
    turn.locator(".answered summary").click()
    turn.get_by_role("button", name="Something is wrong").click()
    found["feedback"] = violations(page)
    ask(page, ABSENT)
    found["abstention"] = violations(page)
    expect(ask(page, "break it", wait=False).locator(".failure")).to_be_visible()
    found["failure"] = violations(page)
    for box in ("history", "dates", "outlets"):
        page.click(f"#{box}-button")
        found[box] = violations(page, f"#{box}")
        page.keyboard.press("Escape")
    assert {state: each for state, each in found.items() if each} == {}
