"""Dates in sentences, read from the article's own date where they are relative."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.when import told


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        ("It was held on the 13th of last month.", "2023-10-07", "2023-09-13"),
        ("On the 5th (local time), a broadcast said so.", "2023-10-07", "2023-10-05"),
        ("The missile of the Jan. 2 attack fell here.", "2024-05-17", "2024-01-02"),
        ("The war began in February last year.", "2023-10-07", "2022-02"),
        ("He came in July this year.", "2023-10-07", "2023-07"),
        ("It failed twice, in May and August.", "2023-10-07", "2023-05"),
        ("He said on Thursday that it was so.", "2022-09-22", "2022-09-22"),
        ("He said on Friday that it was so.", "2024-05-18", "2024-05-17"),
        ("Last Friday, he watched a test.", "2024-05-17", "2024-05-10"),
        ("It shipped them since last year.", "2024-05", "2023"),
        ("It was published on Sept. 16, 2023.", None, "2023-09-16"),
        ("It was published on 16 September 2023.", None, "2023-09-16"),
        ("In March 2024, he resigned.", None, "2024-03"),
        ("Its first missiles since 2017 flew.", None, "2017"),
        ("Two years ago, he resigned.", "2024", "2022"),
        ("Three days ago, he resigned.", "2024-03-01", "2024-02-27"),
        ("The exercise is planned for next month.", "2023-12-01", "2024-01"),
        ("The talks are on Jan. 2.", "2023-12-20", "2024-01-02"),
        ("The talks were in December.", "2024-01-05", "2023-12"),
        ("The talks may be held in May.", "2024-05-17", "2024-05"),
        ("Yesterday, he resigned.", "2024-03-01", "2024-02-29"),
    ],
)
def test_reads_the_first_date_of_a_sentence(text: str, published: str | None, expected: str) -> None:
    """Absolute dates are read as they stand, relative ones from the article's own date."""
    assert told(text, published) == expected


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("It happened in March.", None),
        ("It happened in March.", "2024"),
        ("It happened on Friday.", "2024-05"),
        ("It happened last month.", "2024"),
        ("It happened yesterday.", None),
        ("He may march with them.", "2024-05-17"),
        ("On 31 February nothing happens.", "2024-05-17"),
        ("The 240-millimetre launcher cost 2000 dollars.", "2024-05-17"),
        ("", "2024-05-17"),
    ],
)
def test_does_not_guess(text: str, published: str | None) -> None:
    """What neither the sentence nor the article's date tells stays unknown."""
    assert told(text, published) is None


@given(st.text(max_size=300), st.dates(min_value=date(1900, 1, 1)).map(lambda each: each.isoformat()))
def test_any_text_gives_a_date_or_nothing(text: str, published: str) -> None:
    """No text breaks the reading, and what comes out is ISO 8601."""
    found = told(text, published)
    assert found is None or all(part.isdigit() for part in found.split("-"))
