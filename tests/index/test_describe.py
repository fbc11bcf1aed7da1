"""What is read of an article's title, outlet, author, dates and language."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Described, Description, Given, Origins
from index.describe import describe, iso_date
from index.raw import Raw

SEEDS = Path(__file__).parents[2] / "seeds"
PROSE = "The minister said on Friday, September 22, 2023, that nothing of the kind had been sent to them."

SEED_DESCRIPTIONS = {
    "000_8ab461e3bb552a06.txt": Description(
        title="N. Korea’s denial of arms transfers to Russia suggests fears of tougher sanctions: experts",
        author="Kwak Yeon-soo",
        published="2024-09-22",
        language="en",
    ),
    "001_57f114cd95563023.txt": Description(
        title="Has North Korea started supplying weapons to Russia? Government “Keeping an eye on trends”",
        outlet="Donga",
        language="en",
    ),
    "002_9b7c197e9a8d7ef4.txt": Description(language="en"),
    "003_eb5689f22e956971.txt": Description(
        title="No arms sent to Russia for invasion – North Korea", outlet="The Manila Times", language="en"
    ),
    "004_57bc1e25b0959141.txt": Description(
        title="Gov’t acknowledges details of N. Korea’s weapon supply to Russia",
        outlet="donga.com",
        author="Hyo-Ju Son",
        published="2023-09-16",
        updated="2023-09-16",
        language="en",
    ),
}


def describe_page(*lines: str, given_with: Description | None = None) -> Description:
    """Describe a page of lines with blank lines between."""
    given = (Given("column", given_with),) if given_with else ()
    return describe(Raw("a.txt", "/corpus", "\n\n".join(lines), "0", given)).about


@pytest.mark.parametrize("name", SEED_DESCRIPTIONS)
def test_seed_is_described(name: str) -> None:
    """Of each seed that is known which it says, and nothing else."""
    raw = Raw(name, str(SEEDS), (SEEDS / name).read_text("utf-8"), "0")
    assert describe(raw).about == SEED_DESCRIPTIONS[name]


def test_given_counts_before_found() -> None:
    """What came with the article counts before its header, and the header fills what did not come."""
    given_with = Description(title="Given", published="2020", url="https://a.b/c")
    found = describe_page(
        "Arms were not sent, says Kim", "By Kim Min-ji", "Posted May 17, 2024", PROSE, given_with=given_with
    )
    assert found == Description("Given", None, "Kim Min-ji", "2020", None, "en", "https://a.b/c")


def test_each_value_keeps_its_origin() -> None:
    """The first origin that knows a value gives it, and is told; an unknown value has no origin."""
    page = Given("json-ld", Description(title="Arms were not sent", published="2024-05-17"))
    feed = Given("feed", Description(title="No arms", outlet="The Paper", updated="2024-05-18"))
    raw = Raw("a", "feed", f"By Kim Min-ji\n\nPosted May 20, 2024\n\n{PROSE}", "0", (page, feed))

    assert describe(raw) == Described(
        Description("Arms were not sent", "The Paper", "Kim Min-ji", "2024-05-17", "2024-05-18", "en"),
        Origins("json-ld", "feed", "text", "json-ld", "feed", "text"),
    )


def test_update_is_never_taken_for_publication() -> None:
    """Where only the day of an update is told, the day of publication stays unknown."""
    assert describe_page("Arms were not sent, says Kim", "Updated May 18, 2024", PROSE) == Description(
        title="Arms were not sent, says Kim", updated="2024-05-18", language="en"
    )


def test_facts_of_one_line_are_told_apart() -> None:
    """A byline and two dates in one line are each read."""
    line = "By Kim Min-ji | Published: 16 September 2023, 10:03 KST | Last updated: 2023-09-18"
    expected = Description("Arms were not sent, says Kim", None, "Kim Min-ji", "2023-09-16", "2023-09-18", "en")
    assert describe_page("Arms were not sent, says Kim", line, PROSE) == expected


@pytest.mark.parametrize(
    "line",
    [
        "President Yoon. (Provided by the Office) 2023.9.21",
        "Kim fires missiles toward the sea 2024-05-17 15:37 | World",
        "Updated 3 hours ago",
        "September 2023",
        "Friday",
        "Support The Guardian",
        "Breaking News",
        "Kim Min-ji kim@gmail.com, 2023",
    ],
)
def test_doubtful_lines_tell_nothing(line: str) -> None:
    """Dates of captions and other stories, parts of dates, and names that may be something else are not read."""
    found = describe_page("Arms were not sent, says Kim", "Share This Post", line, PROSE)
    assert found == Description(title="Arms were not sent, says Kim", language="en")


def test_mailbox_of_anyone_names_no_outlet() -> None:
    """An address at a mail service gives the author and no outlet; two houses give none either."""
    assert describe_page(PROSE, "Kim Min-ji kim@gmail.com") == Description(author="Kim Min-ji", language="en")
    two = describe_page(PROSE, "Kim Min-ji kim@paper.com", "Lee So-ra lee@other.com")
    assert two == Description(author="Kim Min-ji", language="en")


def test_heading_over_prose_is_the_title() -> None:
    """A plain heading over prose is the title; a sentence over prose is not."""
    assert describe_page("Arms were not sent, says Kim", PROSE) == Description(
        "Arms were not sent, says Kim", language="en"
    )
    assert describe_page("Kim said no.", PROSE) == Description(language="en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PROSE, "en"),
        ("Der Minister sagte am Freitag, dass in dem Land nichts von der Art an sie geschickt worden war.", None),
        ("De minister zei op vrijdag dat er in het land niets van dien aard was verstuurd en dat was het.", None),
        ("El ministro dijo el viernes que no se había enviado nada de eso a nadie, ni antes ni después.", None),
        ("Yes.", None),
    ],
)
def test_language_needs_evidence(text: str, language: str | None) -> None:
    """English is said only where its function words prove it."""
    assert describe_page(text).language == language


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("September. 16, 2023 08:09,", "2023-09-16"),
        ("2024-09-22", "2024-09-22"),
        ("2023.9.21", "2023-09-21"),
        ("20240517", "2024-05-17"),
        ("Sept. 16, 2023", "2023-09-16"),
        ("Fri, 17 May 2024 10:00:00 GMT", "2024-05-17"),
        ("2024-05-17T23:37:00-09:00", "2024-05-17"),
        ("2024/05/06", "2024-05-06"),
        ("September 2023", "2023-09"),
        ("Friday, May 2023", "2023-05"),
        ("2023-09", "2023-09"),
        ("2023", "2023"),
        ("16/05/2024", "2024-05-16"),
        ("05/06/2024", "2024"),
        ("5/6/24", None),
        ("17 May", None),
        ("Friday", None),
        ("31 February 2023", None),
        ("on the 5th of last month", None),
        ("about 7,000 containers in 2023", None),
        ("12345", None),
        ("", None),
    ],
)
def test_date_is_as_exact_as_written(text: str, date: str | None) -> None:
    """A date is read as exactly as it is written; missing parts are not filled, rubbish is none."""
    assert iso_date(text) == date


@given(st.text(alphabet="0123456789 -/.:,TZabcMayJune+", max_size=30))
def test_any_text_is_a_date_or_none(text: str) -> None:
    """Whatever the text, a date is ISO 8601 and its own reading, or it is none."""
    date = iso_date(text)
    assert date is None or iso_date(date) == date
