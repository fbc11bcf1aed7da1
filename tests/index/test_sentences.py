"""Splitting into sentences."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.clean import clean
from index.sentences import LONGEST, split_sentences

SEEDS = Path(__file__).parents[2] / "seeds"

# Counted and read by eye: the number of sentences, the first, the last, and awkward ones with their place.
SEED_SENTENCES = {
    "000_8ab461e3bb552a06.txt": (
        26,
        {
            0: "Ministry of Unification calls Pyongyang weapons exports to Moscow illegal",
            3: "“We have no intention to export our military technical capabilities to any country or open them"
            " to the public.",
            6: "U.N. sanctions envoys to North Korea confirmed that Russia used North Korean Hwaseong-11 series"
            " ballistic missile in the Jan. 2 attack on the Ukrainian city of Kharkiv.",
            7: "Kim rejected the allegations of North Korea-Russian arms exchange, calling it “the most absurd "
            "paradox.”",
            22: "I don’t think the country can keep up its production goals.”",
            25: "Arms exports to Russia must stop immediately,” the ministry’s deputy spokesperson Kim In-ae "
            "said during a press briefing, Friday.",
        },
    ),
    "001_57f114cd95563023.txt": (
        23,
        {
            0: "Foreign media reports that North Korea began supplying weapons to Russia after the North Korea-"
            "Russia summit held last month are attracting attention.",
            2: "On the 5th (local time), the U.S. CBS broadcast quoted a U.S. official as saying in a report "
            "from Ukraine’s Kiyubal, “North Korea has begun sending artillery to Russia.”",
            13: "“He answered.",
            19: "It is expected that they will put pressure on North Korea and Russia in ways such as:",
            22: "In particular, since Russia holds the status of a permanent member of the Security Council "
            "along with the United States, the United Kingdom, France, and China, there are many predictions"
            " that if a joint response at the Security Council level due to arms trade with North Korea is "
            "pursued, it will try to block it by exercising its ‘veto’.",
        },
    ),
    "002_9b7c197e9a8d7ef4.txt": (
        20,
        {
            0: "The influential sister of North Korean leader Kim Jong Un has again denied that her country has"
            " exported any weapons to Russia, labelling outside speculation on the countries’ arms dealings "
            "as “the most absurd paradox”.",
            13: "In return, Mr Shin said, North Korea had received more than 9,000 Russian containers likely "
            "filled with aid.",
            19: "Foreign experts say North Korea likely thinks an enlarged weapons arsenal would boost its "
            "leverage in future diplomacy with the United States.",
        },
    ),
    "003_eb5689f22e956971.txt": (
        18,
        {
            0: "SEOUL: North Korea said on Thursday it hadn’t exported any weapon to Russia during its invasion"
            " of Ukraine and had no plan to do so, adding that United States intelligence reports of weapons"
            " transfers were an attempt to tarnish Pyongyang’s image.",
            3: "It also came weeks after Moscow described the intelligence finding as “fake.”",
            17: "Sung Kim, the Biden administration’s special representative for North Korea, met with his South"
            " Korean counterpart Kim Gunn in Seoul on Thursday, where they expressed “serious concern” over "
            "the North’s escalating nuclear doctrine spelled out in the new law, South Korea’s Foreign "
            "Ministry said.",
        },
    ),
    "004_57bc1e25b0959141.txt": (
        15,
        {
            0: "As North Korea and Russia solidified their military cooperation through a summit meeting, which"
            " hinted at a potential arms deal, the Ministry of National Defense made a statement.",
            1: 'They stated, "Indications suggest that North Korea is supplying weapons to Russia."',
            6: '"If there is no change in the behavior of North Korea and Russia, we may consider direct '
            'support in the future."',
            14: "“This stance serves as a warning to both North Korea and Russia, conveying that, should they "
            "escalate their activities, South Korea and the international community will hold them "
            'accountable for their actions."',
        },
    ),
}


def split(text: str) -> list[str]:
    """Give the words of each sentence."""
    return [text[sentence.start : sentence.end] for sentence in split_sentences(text)]


@pytest.mark.parametrize("name", SEED_SENTENCES)
def test_seed_is_split(name: str) -> None:
    """Each seed has as many sentences as a reader counts, and the awkward ones are whole."""
    sentences = split(clean((SEEDS / name).read_text("utf-8")).text)
    count, known = SEED_SENTENCES[name]
    assert len(sentences) == count
    assert {place: sentences[place] for place in known} == known


@pytest.mark.parametrize(
    "sentences",
    [
        ["“One is here.", "Two is here.", "Three is here.”", "Kim left."],
        ["“One is here.", "Two is here,” he said.", "“Three is here.”"],
        ['She said, "We know it."', "Going on, she left.", '"We do."'],
        ["“Is it over?” Kim asked.", "“No!” the minister shouted.", "“Why?”", "Kim left."],
        ["He came.” he said.", "Kim left."],
        ["“We said ‘no.’”", "Kim left."],
        ["On Jan. 2 N. Korea fired at the U.S. ship.", "Mr. So met Lt. Gen. Kim and Rep. Park at 5 a.m. on Friday."],
        ["Mr Shin said No. 5 cost $3.5 million.", "J. K. Rowling paid for No. 6.", "Gov’t officials did not."],
        ["He can't.", "She didn’t.", "They won't… or can’t?!", "It was."],
        ["in 1966 .", "He said `` no . ''", "It was Kim 's .", "He left ( in 1967 ) .", "Then `` ok ? '' , he said ."],
        ["KIM SAID NO.", "THE U.S. SAID YES.", "GOV’T IS SILENT."],
        ["The army (the KPA) fired.", "(This is a note.)", "It went south (to the sea).", "Kim saw art etc. there."],
        ["He paid £5m; Kim paid £6m.", "Both (two) left."],
        ["1. Kim came.", "2. Kim left.", "10. Kim slept."],
        ["“Go now.” — Kim to Lee.", "They went."],
    ],
)  # fmt: skip
def test_news_prose_is_split(sentences: list[str]) -> None:
    """Quotes, abbreviations, attributions, tokenised text and lists split where a reader would."""
    assert split(" ".join(sentences)) == sentences


def test_paragraphs_are_borders() -> None:
    """No sentence crosses a paragraph, and a line without a full stop is one."""
    assert split("A headline without a stop\n\nAnd then:\n\n- one\n- two; three") == [
        "A headline without a stop",
        "And then:",
        "- one",
        "- two; three",
    ]


def test_endless_sentence_is_cut() -> None:
    """What has no border is cut at a semicolon, else at a blank, else at the limit."""
    clause, word = "word " * 120 + "end; ", "word " * 240
    assert [len(part) for part in split(clause * 3)] == [604, 604, 604]
    assert [len(part) for part in split(word)] == [999, 199]
    assert [len(part) for part in split("x" * 2_500)] == [LONGEST, LONGEST, 500]


@pytest.mark.parametrize("text", ["a", "(", ".", '"', "a;", "’", "A."])
def test_megabyte_without_a_blank_is_quick(text: str) -> None:
    """A million characters without a blank take under two seconds."""
    started = time.process_time()
    sentences = split_sentences(text * (1_000_000 // len(text)))
    assert time.process_time() - started < 2
    assert sentences[-1].end == 1_000_000


MARKS = [
    "Kim",
    "said",
    "U.S.",
    "no",
    "5",
    "Mr.",
    ".",
    "?",
    "”",
    "“",
    '"',
    "''",
    "``",
    "(",
    ")",
    ";",
    "…",
    "\n",
    "’s",
    "--",
]
NEWS = st.lists(st.sampled_from(MARKS), max_size=60)


@given(st.one_of(st.text(), NEWS.map(" ".join), NEWS.map("".join), st.text("(aB.’” \n\u200b\x1c", max_size=1_500)))
@settings(deadline=None)
def test_every_word_is_in_one_sentence(text: str) -> None:
    """Whatever the text, sentences are in order, trimmed, within paragraph and limit, and leave out only blanks."""
    at = 0
    for sentence in split_sentences(text):
        words = text[sentence.start : sentence.end]
        assert not text[at : sentence.start].strip()
        assert words == words.strip()
        assert 0 < len(words) <= LONGEST
        assert "\n" not in words
        at = sentence.end
    assert not text[at:].strip()
