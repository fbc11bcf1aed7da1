"""Finding words in texts."""

from __future__ import annotations

import pytest

from eval.match import all_met, date_forms, found, literal_pattern, met, plain, spans_of, unmarked


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("7,000", "about 7,000 containers", True),
        ("seven thousand", "SEVEN\n thousand containers", True),
        ("it's", "it’s so", True),
        ("it’s", "it's so", True),
        (r"Shin Won-?sik", "Shin Wonsik said", True),
        ("8,000", "about 7,000 containers", False),
    ],
)
def test_patterns_ignore_case_white_space_and_curls(pattern: str, text: str, expected: bool) -> None:  # noqa: FBT001
    """A pattern is found whatever the case, the white space and the quotation marks."""
    assert found(pattern, plain(text)) is expected


def test_markers_are_no_words() -> None:
    """The number of a citation does not satisfy a fact, and brackets with words stay."""
    assert unmarked("Kim said so [1], twice [2, 3]. She [sic] left [4–5].") == "Kim said so, twice. She [sic] left."


def test_groups() -> None:
    """A group is met by one alternative, all groups by one each, no groups by nothing."""
    assert met(("a", "b"), "xbx")
    assert not met(("a", "b"), "xcx")
    assert all_met((("a",), ("b",)), "ab")
    assert not all_met((("a",), ("b",)), "aa")
    assert not all_met((), "ab")


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("(25 mi", "it is (25 mi away", True),
        ("911", "in 911 he", True),
        ("911", "in 1911 he", False),
        ("Yes", "yesterday", False),
        ("a.b", "axb", False),
        ("the  sea", "The sea", True),
    ],
)
def test_literal_words_are_whole_words(words: str, text: str, expected: bool) -> None:  # noqa: FBT001
    """Plain words are found as they stand, and only as whole words."""
    assert found(literal_pattern(words), plain(text)) is expected


@pytest.mark.parametrize(
    ("quote", "text", "expected"),
    [
        ("b c", "a b\n c d b c", ((2, 6), (9, 12))),
        ("“b”", 'a "b"', ((2, 5),)),
        ("x", "a b", ()),
        (" ", "a b", ()),
    ],
)
def test_spans_of_a_quote(quote: str, text: str, expected: tuple[tuple[int, int], ...]) -> None:
    """A quote is found at its spans of the text as it stands."""
    assert spans_of(quote, text) == expected


def test_dates_as_people_write_them() -> None:
    """A whole date gives its usual forms, a partial one those that it can, an unknown one none."""
    forms = date_forms("2023-09-16").split(" | ")
    assert {
        "2023-09-16",
        "September 16, 2023",
        "16 September 2023",
        "Sep. 16, 2023",
        "September 2023",
        "Saturday",
    } <= set(forms)
    assert date_forms("2024-05") == "2024-05 | May 2024 | May 2024 | May. 2024"
    assert date_forms("2024") == "2024"
    assert date_forms(None) == ""
