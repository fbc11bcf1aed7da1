"""How dates, titles, quotes and counts are written."""

from __future__ import annotations

import pytest

from ui.words import counted, excerpt, plain_markdown, shown_date, shown_dates, shown_quote, shown_title


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2023-09-16", "16 Sep 2023"),
        ("2023-09-06T08:09:00+09:00", "6 Sep 2023"),
        ("2023-09", "Sep 2023"),
        ("2023", "2023"),
        (None, "Date unknown"),
        ("", "Date unknown"),
        ("20230916", "Date unknown"),
        ("yesterday", "Date unknown"),
    ],
)
def test_a_date_is_written_as_exactly_as_it_is_known(published: str | None, shown: str) -> None:
    """Whole dates, months and years are told apart, and nothing is invented."""
    assert shown_date(published) == shown


def test_covered_dates_are_written_by_month() -> None:
    """One month is not written as a range, and unknown dates are left out."""
    assert shown_dates("2022-09", "2024-09-22") == "Sep 2022 to Sep 2024"
    assert shown_dates("2024-09-01", "2024-09-22") == "Sep 2024"
    assert shown_dates(None, "2024") == "2024"
    assert shown_dates(None, None) == ""


def test_an_article_without_a_title_is_called_by_its_first_words() -> None:
    """The words are cut between words, with an ellipsis only where something follows."""
    text = (
        "The influential sister of North Korean leader Kim Jong Un has again denied that her country exported weapons."
    )
    assert shown_title(None, text) == "The influential sister of North Korean leader Kim Jong Un has again…"
    assert shown_title(" ", "Short.") == "Short."
    assert shown_title("A title ", text) == "A title"
    assert shown_title(None, "") == "Untitled article"


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("“All of it.”", "All of it."),
        ("“It may be true that", "It may be true that"),
        ("the end of it.”", "the end of it."),
        ("“We have no intention,” she said.", "‘We have no intention,’ she said."),
        ("It is “groundless.”", "It is ‘groundless.’"),
        ('They stated, "Verified."', "They stated, ‘Verified.’"),
        ("“a” and “b”", "‘a’ and ‘b’"),
        ("two\n\nlines", "two lines"),
        ("“", ""),
        ("", ""),
    ],
)
def test_a_quote_never_gets_doubled_marks(quote: str, shown: str) -> None:
    """Marks around the whole quote go, because the page brings its own; marks inside become single."""
    assert shown_quote(quote) == shown


def test_markdown_shows_text_as_it_is() -> None:
    """Signs that Markdown or HTML would act on are escaped."""
    assert plain_markdown("<b>*x*</b>\n[y](z) _w_") == r"\<b\>\*x\*\</b\> \[y\](z) \_w\_"


def test_counts_agree_with_their_noun() -> None:
    """One is singular, and thousands are grouped."""
    assert [counted(number, "quote") for number in (0, 1, 2, 7000)] == [
        "0 quotes",
        "1 quote",
        "2 quotes",
        "7,000 quotes",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("It rained in March, and the ferry stayed in the harbour", "It rained in March …"),
        ("It rained, all of the spring and of the summer", "It rained, all of the …"),
        ("x" * 40, f"{'x' * 24} …"),
    ],
)
def test_an_excerpt_ends_at_a_clause_or_a_word(text: str, shown: str) -> None:
    """A clause of more than half of the length, else a word, else, where there are no blanks, anywhere."""
    assert excerpt(text, most=24) == shown
