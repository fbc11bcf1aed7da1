"""Cards of an answer in a real browser: a row of dates, a disagreement, a premise that is not so."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.windows import (
    DISPUTED,
    PHONE,
    PREMISE,
    TIMELINE,
    WIDE,
    OpenWindow,
    Theme,
    ask,
    marked,
    sideways,
    small_or_unnamed,
    violations,
)

pytestmark = pytest.mark.browser


def test_a_timeline_is_in_order_and_says_whose_the_dates_are(open_window: OpenWindow) -> None:
    """The text's dates and the article's are told apart; each chip opens its words."""
    page = open_window()
    turn = ask(page, TIMELINE)
    expect(turn.locator(".timeline .when")).to_have_text(
        [
            "Jul 2023 date in the text",
            "16 Sep 2023 date of the article",
            "19 Sep 2023 date in the text",
            "6 Oct 2023 date in the text",
        ]
    )
    turn.locator(".timeline .chip").nth(2).click()
    expect(page.locator("mark.exact").first).to_be_focused()
    assert "summoned Russian Ambassador" in marked(page)


def test_what_nobody_disputes_stands_below_the_sides(open_window: OpenWindow) -> None:
    """Sides are two equal columns; quotes of neither are told apart from them."""
    page = open_window()
    turn = ask(page, DISPUTED)
    sides = [turn.locator(".side").nth(at).bounding_box() for at in range(2)]
    assert sides[0] is not None
    assert sides[1] is not None
    assert (round(sides[0]["width"]), round(sides[0]["y"])) == (round(sides[1]["width"]), round(sides[1]["y"]))
    styles = "all => all.map(each => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor])"
    one, other = turn.locator(".side").evaluate_all(styles)
    assert one == other
    expect(turn.locator(".undisputed h4")).to_have_text("Not in dispute")
    expect(turn.locator(".undisputed blockquote")).to_have_count(1)
    expect(turn.locator(".undisputed")).to_contain_text("In May, the White House also said")
    expect(turn.locator(".cited")).to_contain_text("also in 2 outlets: The Post, The Herald")
    turn.locator(".answer .chip").last.hover()
    expect(page.locator("#card")).to_contain_text("also in 2 outlets: The Post, The Herald")


def test_a_false_premise_is_answered_by_what_the_articles_say(open_window: OpenWindow) -> None:
    """The card says that the question assumes something, and the quotes that say otherwise are in it."""
    page = open_window()
    turn = ask(page, PREMISE)
    expect(turn.locator(".absence h3")).to_have_text("The articles don’t say what the question assumes.")
    expect(turn.locator(".claim")).to_contain_text("we have never exported weapons")
    expect(turn.locator(".verdict")).to_have_count(0)
    expect(turn.locator(".absence blockquote")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("The articles say otherwise.")
    turn.locator(".answer .chip").click()
    expect(page.locator("mark.exact").first).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_axe_finds_nothing_in_the_cards(open_window: OpenWindow, theme: Theme, size: tuple[int, int]) -> None:
    """Timeline, disagreement, premise and the box while a question is edited; and all targets are large."""
    page = open_window(size, theme=theme, still=True)
    for question in (TIMELINE, DISPUTED, PREMISE):
        turn = ask(page, question)
        assert (question, violations(page), small_or_unnamed(page), sideways(page)) == (question, [], [], [])
    turn.get_by_role("button", name="Edit and ask again").click()
    assert (violations(page), small_or_unnamed(page)) == ([], [])
