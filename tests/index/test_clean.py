"""Cleaning of pages pasted as text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.clean import Cleaned, clean

SEEDS = Path(__file__).parents[2] / "seeds"
PROSE = "The minister said on Friday that nothing had been sent."
MORE = "He did not say what would happen next."
PIECES = st.sampled_from(
    [
        PROSE,
        MORE,
        "No menu items!",
        "- Advertisement -",
        "Related Posts",
        "Ministry says nothing was sent",
        "Ministry says nothing was sentMinistry says nothing was sent",
        "Ministry says nothing was sent 2024-05-17 15:37 | World",
        "The Manila Times",
        "World",
        "By Kim Min-ji",
        "Nothing was sent, says ministryBy Kim Min-ji",
        "2024-05-17",
        "Posted May 17, 2024 | Updated May 18, 2024",
        "Kim Min-ji kim@paper.com",
        "Source: Paper",
        "A guard is seen in this file photo. Agency",
        "Who knows?",
        "",
        "\u200b",
    ]
)

REMOVED = {
    "000_8ab461e3bb552a06.txt": (
        "N. Korea’s denial of arms transfers to Russia suggests fears of tougher sanctions: experts",
        "2024-09-22",
        "Kim Yo-jong, North Korean leader Kim Jong-un's sister, is seen in this file photo. Yonhap",
        "By Kwak Yeon-soo",
        "N. Korea fires short-range ballistic missiles toward East Sea: JCSN. Korea fires short-range ballistic"
        " missiles toward East Sea: JCS 2024-05-17 15:37 | North Korea",
        "Kim In-ae, deputy spokesperson for South Korea's unification ministry, speaks at a press briefing at the"
        " Government Complex Seoul, Friday.",
    ),
    "001_57f114cd95563023.txt": (
        "No menu items!",
        "Has North Korea started supplying weapons to Russia? Government “Keeping an eye on trends”",
        "Share This Post",
        "- Advertisement -",
        "President Yoon Seok-yeol. (Provided by the President’s Office) 2023.9.21",
        "- Advertisement -",
        "- Advertisement -",
        "Source: Donga",
        "- Advertisement -",
        "Related Posts",
    ),
    "002_9b7c197e9a8d7ef4.txt": (),
    "003_eb5689f22e956971.txt": (
        "No arms sent to Russia for invasion – North Korea",
        "The Manila Times",
        "Asia And Oceania",
    ),
    "004_57bc1e25b0959141.txt": (
        "Go to contents",
        "Gov’t acknowledges details of N. Korea’s weapon supply to Russia",
        "Gov’t acknowledges details of N. Korea’s weapon supply to Russia",
        "Posted September. 16, 2023 08:09,",
        "Updated September. 16, 2023 08:09",
        "Hyo-Ju Son hjson@donga.com",
    ),
}


def page(*lines: str) -> str:
    """Put lines on a page, with blank lines between."""
    return "\n\n".join(lines)


@pytest.mark.parametrize("name", REMOVED)
def test_seed_loses_what_is_not_the_article(name: str) -> None:
    """What is taken out of each seed is its furniture, and what stays is all the rest in its order."""
    text = (SEEDS / name).read_text("utf-8")
    cleaned = clean(text)
    assert cleaned.removed == REMOVED[name]
    rest = " ".join(text.split())
    for line in REMOVED[name]:
        rest = rest.replace(line, "", 1)
    assert cleaned.text.split() == rest.split()


def test_clean_text_stays() -> None:
    """A text that is clean, also one that was tokenised, only has its blanks set right."""
    tokenised = "The `` season '' -- seven -- began in 1966 . The U.S. won ; it lost ( 3 - 2 ) ."
    assert clean(f"  {tokenised}\t \n\n\n{PROSE}\r\n") == Cleaned(page(tokenised, PROSE), ())


def test_single_newlines_are_paragraphs() -> None:
    """Lines of prose under one another are paragraphs."""
    assert clean(f"{PROSE}\n{MORE}").text == page(PROSE, MORE)


def test_unseen_characters_go_and_printed_ones_stay() -> None:
    """Controls, zero widths, direction overrides and halves of characters go; quotes and dashes stay; NFC holds."""
    text = "He\u200b said\x07 \u202e“no”\u2066\ufeff – cafe\u0301… \ud800‘yes’\xa0—\x00 it’s\u00ad so.\U000e0041"
    assert clean(text).text == "He said “no” – café… ‘yes’ — it’s so."


def test_header_goes_and_sub_headline_stays() -> None:
    """Above the first sentence headline, outlet, section, date and byline go; the sub-headline stays."""
    header = ("World", "Minister denies that arms were sent", "The Daily Herald", "17 May 2024, 3:37 p.m.")
    sub = "Ministry repeats that nothing has left its ports"
    cleaned = clean(page(*header, f"{sub}By Kim Min-ji", header[1], PROSE))
    assert cleaned == Cleaned(page(sub, PROSE), (*header, "By Kim Min-ji", header[1]))


def test_what_looks_like_a_header_stays_between_paragraphs() -> None:
    """Names, dates, outlets and headings between two paragraphs belong to the article."""
    inside = ("The Manila Times", "May 17, 2024", "By Kim Min-ji", "What happens next", "World", "Source: Donga")
    text = page(PROSE, *inside, MORE)
    assert clean(text) == Cleaned(text, ())


def test_heading_alone_is_no_proof_of_a_header() -> None:
    """A heading above prose stays: it can be a sub-headline whose header is gone already."""
    text = page("Ministry repeats that nothing has left its ports", PROSE)
    assert clean(text) == Cleaned(text, ())


def test_timeline_keeps_its_dates() -> None:
    """Dates that head the parts of a timeline stay."""
    text = page("May 17, 2024", PROSE, "May 18, 2024", MORE)
    assert clean(text) == Cleaned(text, ())


def test_related_stories_go_up_to_the_next_sentence() -> None:
    """Headlines under "Related Posts" go, wherever they stand below the first sentence; the article goes on."""
    related = ("Related Articles", "Kim visits a factory of shells", "Putin to visit Pyongyang this year")
    assert clean(page(PROSE, *related, MORE, *related)) == Cleaned(page(PROSE, MORE), related * 2)


def test_captions_go_only_with_a_credit() -> None:
    """A caption with a credit goes; a caption without one, or a whole sentence before a credit, stays."""
    credited = ("Kim Jong-un at a factory (Photo by KCNA)", "Photo: Agency/Kim Min-ji", "FILE PHOTO: Kim at a factory")
    kept = (
        "Kim speaks at a briefing in Seoul, Friday.",
        f"{PROSE} (Photo by KCNA)",
        "The agency sent a file photo of Kim.",
    )
    assert clean(page(PROSE, *credited, *kept, MORE)) == Cleaned(page(PROSE, *kept, MORE), credited)


def test_repeated_paragraph_is_kept_once() -> None:
    """Of two neighbouring paragraphs that are the same one stays; equal figures of a table both stay."""
    assert clean(page(PROSE, PROSE, "5", "5", MORE)) == Cleaned(page(PROSE, "5", "5", MORE), (PROSE,))


def test_text_is_never_cleaned_away_whole() -> None:
    """A text of nothing but furniture stays as it is: with no article around it, that is a guess."""
    assert clean("Share This Post\n- Advertisement -") == Cleaned(page("Share This Post", "- Advertisement -"), ())


@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("\n\n".join)))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Whatever the text, cleaning it again takes out nothing more."""
    once = clean(text)
    assert clean(once.text) == Cleaned(once.text, ())


@given(st.lists(PIECES, max_size=12))
def test_no_sentence_is_lost(pieces: list[str]) -> None:
    """Whatever surrounds it, a sentence is still there."""
    kept = clean(page(*pieces)).text.split("\n\n")
    assert {piece for piece in pieces if piece in (PROSE, MORE)} <= set(kept)
