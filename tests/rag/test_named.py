"""Whether a passage speaks of whom and what a question names: countries, people, times and speakers."""

from __future__ import annotations

import pytest

from rag.named import (
    countries,
    of_another_country,
    of_another_time,
    said_by_another,
    serves_another,
    speaks_for,
    unnamed,
    whom,
)

PASSAGE = "In March Norway sold two ferries to Chile, the minister in Oslo said. The North kept a third."


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Norwegian ferries reached Santiago.", {"Norway", "Chile"}),
        ("An American ship", {"United States"}),
        ("A U.S. envoy met the UK’s minister in Pyongyang.", {"United States", "United Kingdom", "North Korea"}),
        ("N. Korea and South Korean troops", {"North Korea", "South Korea"}),
        ("Iranian-made drones", {"Iran"}),
        ("They gave us turkey and china; are you sure?", set()),
        ("Mr Berg spoke AND left.", set()),
        ("", set()),
    ],
)
def test_countries_are_told_by_their_names_people_and_capitals(text: str, named: set[str]) -> None:
    """Whatever stands for a country in the news is that country; words that only look like one are not."""
    found = countries(text)
    assert found >= named
    assert bool(found) is bool(named)
    assert not found & ({"Norway", "Chile", "Iran", "North Korea", "South Korea", "Turkey", "China"} - named)


@pytest.mark.parametrize(
    ("question", "missed"),
    [
        ("Who sold ferries to Chile?", False),
        ("Who sold ferries to Peru?", True),
        ("What did the Chilean navy buy?", False),
        ("How many did North Korea keep?", False),
        ("What did Bo Berg sell in Norway?", True),
        ("What did the Oslo Minister sell?", False),
        ("who sold the ferries?", False),
        ("What did the Chilean President buy?", False),
        ("What did the Peruvian President buy?", True),
        ("What did the Lima Minister buy?", False),
        ("Were two ferries sold? Compare what Oslo said.", False),
    ],
)
def test_what_a_passage_does_not_name_is_missed(question: str, missed: bool) -> None:  # noqa: FBT001  # a column
    """Another country, or a name of which no word is there."""
    assert unnamed(question, PASSAGE, PASSAGE, [PASSAGE]) is missed


def test_person_named_anywhere_in_the_article_is_not_missed() -> None:
    """A pronoun may stand for who was named long before."""
    assert not unnamed("What did Bo Berg sell?", PASSAGE, PASSAGE, [f"Bo Berg is in Oslo. {PASSAGE}"])


@pytest.mark.parametrize(
    ("around", "missed"),
    [("Our government sold the ferry.", False), ("The ministry sold it.", False), ("Cork sold the ferry.", True)],
)
def test_articles_country_need_not_be_named(around: str, missed: bool) -> None:  # noqa: FBT001  # a table's column
    """Where an article calls a country its own, its authorities are spoken of without that country's name."""
    article = f"Our government is in no hurry. {around}"

    assert unnamed("When did Norway sell the ferry?", around, around, [article]) is missed
    assert unnamed("When did Norway sell the ferry?", around, around, [f"“{article}” he said."])


@pytest.mark.parametrize(
    ("question", "sentence", "other"),
    [
        ("Which ferries did Norway sell?", "Chile sold two ferries.", True),
        ("Which ferries did Norway sell?", "Oslo sold two ferries to Chile.", False),
        ("Which ferries did Norway sell?", "Two ferries were sold.", False),
        ("What does Norway's new law forbid?", "A law of Chile’s parliament forbids ferries.", True),
        ("Which ferries were sold in Norway?", "Chile sold two ferries.", False),
        ("What did North Korea sell?", "The North sold two ferries to Chile.", False),
    ],
)
def test_who_does_it_must_be_who_did_it(question: str, sentence: str, other: bool) -> None:  # noqa: FBT001  # a column
    """A country that owns something or does it is not another one; as a place it need not be repeated."""
    assert of_another_country(question, sentence, sentence) is other
    assert not of_another_country(question, sentence, f"{sentence} The ministry said so.")


@pytest.mark.parametrize(
    ("question", "dates", "other"),
    [
        ("What was sold in March?", [], False),
        ("What was sold in May?", [], True),
        ("What was sold in May?", ["2024-05-17"], False),
        ("What was sold in 2023?", ["2024-05-17"], False),
        ("How long was it in 2023?", [], False),
        ("What was sold in 2024?", ["2024"], False),
        ("What may be sold?", [], False),
        ("How many of the 2,000 ferries were sold?", [], False),
    ],
)
def test_other_times_are_told_apart(question: str, dates: list[str], other: bool) -> None:  # noqa: FBT001  # a column
    """A month that nothing around a sentence names, a year that its article does not."""
    assert of_another_time(question, PASSAGE, PASSAGE, dates) is other


def test_other_year_is_another_time_where_a_year_is_named() -> None:
    """An article that names no year may be of the year that is asked about."""
    assert of_another_time("What was sold in 2023?", "In 2019 it was sold.", "In 2019 it was sold.", [])
    assert not of_another_time(
        "What was sold in 2023?", "In 2019 it was sold.", "In 2019 it was sold. Not in 2023.", []
    )


@pytest.mark.parametrize(
    ("question", "speaker", "another"),
    [
        ("What did Ada Alt say about the ferry?", "Bo Berg", True),
        ("What did Bo Berg say about the ferry?", "minister Bo Berg", False),
        ("What did Ada Alt say about the ferry?", None, False),
        ("What did Norway say about the ferry?", "The Norwegian minister", False),
        ("Does Bo say that the ferry was sold?", "Bo Berg", False),
        ("Who said that the ferry was sold?", "Bo Berg", False),
    ],
)
def test_words_of_somebody_else_are_told_apart(
    question: str,
    speaker: str | None,
    another: bool,  # noqa: FBT001  # a table's column
) -> None:
    """What one says is no answer to what another said, unless it is about him."""
    assert said_by_another(question, "The ferry was sold.", speaker) is another
    assert not said_by_another(question, "Ada Alt and Bo Berg sold the Norwegian ferry.", speaker)


@pytest.mark.parametrize(
    ("speaker", "who", "speaks"),
    [
        ("A Norwegian official", "Norway's", True),
        ("The Ministry of Culture", "culture ministry", True),
        ("Bo Berg, professor of Norwegian studies", "Norway", False),
        ("Ada Alt", "Bo Berg", False),
        (None, "Norway", False),
    ],
)
def test_who_speaks_for_whom(speaker: str | None, who: str, speaks: bool) -> None:  # noqa: FBT001  # a table's column
    """Officials speak for their country; who studies it does not."""
    assert speaks_for(speaker, who) is speaks


@pytest.mark.parametrize(
    ("question", "person"),
    [
        ("Who is Bo Berg?", "Bo Berg"),
        ("Who is Berg?", "Berg"),
        ("Is Bergen large?", None),
        ("What did Bo Berg sell in Norway in May?", "Bo Berg"),
        ("Who is the sister of Bo Berg?", None),
        ("Who is Bo Berg's sister?", None),
        ("Did Bo Berg meet Ada Alt?", None),
        ("What was sold in Norway?", None),
    ],
)
def test_whom_a_question_is_about(question: str, person: str | None) -> None:
    """One person, and nobody of theirs."""
    assert whom(question) == person


@pytest.mark.parametrize(
    ("claim", "another"),
    [
        ("Chilean Defense Minister Bo Berg is in town.", True),
        ("Bo Berg is the defense minister of Chile.", True),
        ("Bo Berg, foreign minister of Chile, came.", True),
        ("Chile’s president Bo Berg came.", True),
        ("Norway’s defence minister Bo Berg came to Chile.", False),
        ("Bo Berg is the defense minister of Norway.", False),
        ("Chilean Foreign Minister Ana Paz met Bo Berg.", False),
        ("Bo Berg visited the defense minister of Chile.", False),
    ],
)
def test_office_is_of_the_country_that_the_sentence_tells(claim: str, *, another: bool) -> None:
    """A visitor is not the minister of those whom he visits; who has no office in the sentence is not judged."""
    cited = "Norwegian Defense Minister Bo Berg’s visit to Chile was his first."
    assert serves_another(claim, cited) is another
    assert not serves_another(claim, "Bo Berg visited Chile.")
