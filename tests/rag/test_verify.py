"""A claim stands when the words that it cites carry it."""

from __future__ import annotations

import pytest

from rag.verify import Lack, Support, quoted, support

CITED = (
    "South Korean defence minister Shin Wonsik said North Korea had shipped about 7,000 containers to Russia since "
    "last year."
)
DENIAL = "“We have never exported weapons or ammunition to Russia before,” the official said."
QUOTE = "The bridge in Bergen was not closed in winter."

CASES: dict[str, tuple[str, str, Lack | None]] = {
    "the same words": (CITED, CITED, None),
    "fewer words": ("North Korea shipped about 7,000 containers to Russia, Shin Wonsik said.", CITED, None),
    "number in other digits": ("North Korea shipped 7000 containers to Russia.", CITED, None),
    "another number": ("North Korea had shipped about 9,000 containers to Russia.", CITED, "number"),
    "a number added": ("North Korea shipped 7,000 containers to Russia in 2022.", CITED, "number"),
    "a number word added": ("North Korea shipped two ships and 7,000 containers to Russia.", CITED, "number"),
    "another name": ("Defence minister Kim Inae said North Korea had shipped 7,000 containers.", CITED, "name"),
    "a name added": ("North Korea had shipped about 7,000 containers to Russia through China.", CITED, "name"),
    "negation added": ("North Korea had not shipped about 7,000 containers to Russia.", CITED, "negation"),
    "negation dropped": (
        "“We have exported weapons or ammunition to Russia before,” the official said.",
        DENIAL,
        "negation",
    ),
    "denial denied": ("She has not denied the exports.", "She has again denied the exports.", "negation"),
    "denial kept": ("The official said they have never exported weapons to Russia.", DENIAL, None),
    "few words, one of them new": (
        "Russia have become closer.",
        "The report will become a reality in Russia.",
        "words",
    ),
    "name that begins a sentence": ("South Korea said it.", "North Korea said it.", "name"),
    "name that begins a sentence, kept": ("North Korea said it.", "It was said by North Korea.", None),
    "other words": ("The weather in the minister’s village was fine and sunny today.", CITED, "words"),
}


@pytest.mark.parametrize(("claim", "cited", "lack"), CASES.values(), ids=CASES)
def test_support(claim: str, cited: str, lack: Lack | None) -> None:
    """Numbers, names and negation of a claim must be in what it cites, and most of its words."""
    assert support(claim, [cited], context="", meaning=0.7) == Support(lack is None, lack)


def test_meaning_decides_what_words_leave_open() -> None:
    """A paraphrase stands when it is near in meaning, and falls when it is not."""
    cited = ["The mayor halted all traffic over the river crossing."]
    paraphrase = "The mayor stopped every car on the bridge."

    assert support(paraphrase, cited, context="", meaning=0.8) == Support(supported=True)
    assert support(paraphrase, cited, context="", meaning=0.6) == Support(supported=False, lack="words")
    assert support("The mayor halted all traffic.", cited, context="", meaning=0.3) == Support(supported=True)
    assert support("The mayor halted all traffic.", cited, context="", meaning=0.2) == Support(
        supported=False, lack="meaning"
    )
    assert support("The mayor halted all traffic over the river at night.", cited, context="", meaning=0.4) == Support(
        supported=False, lack="meaning"
    )


def test_what_is_known_of_the_citation_counts() -> None:
    """Speaker, outlet and date of a citation may be named, though its words don't have them."""
    claim = "Shin Wonsik told The Herald in 2024 that 7,000 containers were shipped."
    words = ["About 7,000 containers were shipped."]

    assert support(claim, words, context="", meaning=0.7).supported is False
    assert support(claim, words, context="Shin Wonsik The Herald 2024-03", meaning=0.7) == Support(supported=True)


def test_abbreviation_of_a_cited_name_is_that_name() -> None:
    """The initials of a name that the citation spells out are no other name."""
    cited = ["Officials of the United Nations confirmed the transfer."]

    assert support("Officials of the UN confirmed the transfer.", cited, context="", meaning=0.7) == Support(
        supported=True
    )


def test_several_citations_carry_a_claim_together() -> None:
    """What one citation lacks another one may have."""
    claim = "The bridge was closed on Monday, and the ferry carried 4,000 passengers."
    both = ["The bridge was closed on Monday.", "The ferry carried 4,000 passengers."]

    assert support(claim, both, context="", meaning=0.7) == Support(supported=True)
    assert support(claim, both[:1], context="", meaning=0.7) == Support(supported=False, lack="number")


@pytest.mark.parametrize(
    ("claim", "exact"),
    [
        (f"The Bergen Times (2024): “{QUOTE}”", True),
        (f"“{QUOTE}”", True),
        (f"The Bergen Times (2024): “{QUOTE[:-1]}!”", False),
        (f"The Bergen Times (2024): “{QUOTE.replace('not ', '')}”", False),
        (f"The Bergen Times (2024): “{QUOTE.replace('winter', 'Winter')}”", False),
        (f"The Bergen Times wrote that the bridge fell, and “{QUOTE}”", False),
        (f"The Bergen Times (2024): “{QUOTE}” The mayor was arrested.", False),
        (f"The mayor was arrested after the paper wrote: “{QUOTE}”", False),
        (QUOTE, False),
        ("", False),
    ],
    ids=[
        "attributed",
        "alone",
        "last character altered",
        "negation dropped",
        "a letter altered",
        "more said before",
        "more said after",
        "more said before a colon",
        "no quote",
        "nothing",
    ],
)
def test_quote_is_exact_or_none(claim: str, exact: bool) -> None:  # noqa: FBT001  # a table's column
    """A claim is a quote when its marked words are those cited, to the character, and it says nothing else."""
    assert quoted(claim, [QUOTE]) == exact


def test_exact_quote_needs_no_meaning() -> None:
    """A quote stands by its words, however far its attribution takes its meaning."""
    assert support(f"A. N. Other (outlet unknown): “{QUOTE}”", [QUOTE], context="A. N. Other", meaning=-1.0) == Support(
        supported=True
    )


def test_verdict_is_not_read_into_a_report() -> None:
    """A claim that judges what its citation only reports is not supported, however near its words come."""
    said = "Officials said the bridge in Bergen was closed."
    judged = support("Yes, it is true that the bridge in Bergen was closed.", [said], context="", meaning=0.95)
    told = support("The bridge in Bergen was closed, officials said.", [said], context="", meaning=0.95)

    assert (judged, told) == (Support(supported=False, lack="verdict"), Support(supported=True))


def test_share_of_the_words_that_are_told() -> None:
    """Words count once each, those of what is known of the citation too; what is a quote is told wholly."""
    shares = [
        support(claim, ["The bridge was closed in winter."], context="Ada Alt", meaning=0.9).share
        for claim in ("Ada Alt closed the bridge.", "Ada Alt closed the bridge and the tunnel.", "Nothing else.")
    ]

    assert shares == [1.0, 0.8, 0.0]
