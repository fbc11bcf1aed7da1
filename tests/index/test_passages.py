"""Packing of sentences into passages."""

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article, content_id
from index.clean import clean
from index.passages import count_tokens, make_passages
from index.sentences import split_sentences

SEEDS = Path(__file__).parents[2] / "seeds"


def make_article(text: str) -> Article:
    """Make an article of a cleaned text."""
    return Article("a.txt", "/corpus", text, split_sentences(text), "0")


def spans(text: str, tokens: int) -> list[tuple[int, int]]:
    """Give the first and last sentence of each passage."""
    return [(passage.first, passage.last) for passage in make_passages(make_article(text), tokens)]


def test_tokens_are_counted_by_cl100k() -> None:
    """Tokens are those of cl100k_base, and a control token's name is plain text."""
    assert [count_tokens(text) for text in ("", "hello world", "<|endoftext|>", "Hwaseong-11")] == [0, 2, 7, 6]


def test_counting_needs_no_network_and_leaves_the_environment() -> None:
    """The encoding is found without importing LlamaIndex, whatever the environment says, which stays as it was."""
    script = (
        "import os, sys; from index.passages import count_tokens; assert 'llama_index.core' not in sys.modules;"
        "count_tokens('a'); assert 'llama_index.core' not in sys.modules; print(os.environ['TIKTOKEN_CACHE_DIR'])"
    )
    environment = {**os.environ, "TIKTOKEN_CACHE_DIR": "/nowhere", "https_proxy": "http://127.0.0.1:9"}
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment, cwd=SEEDS.parent
    )
    assert ran.stdout == "/nowhere\n"


def test_passage_ends_with_a_paragraph_once_it_is_full_enough() -> None:
    """A passage that is 60 % full ends with its paragraph; one that is less goes on into the next."""
    five, one = "One two three four.", "One."
    assert (count_tokens(five), count_tokens(one)) == (5, 2)
    assert spans(f"{five} {five}\n\n{five} {five} {five}", 16) == [(0, 1), (2, 4)]
    assert spans(f"{five}\n\n{five} {five} {five}", 18) == [(0, 2), (3, 3)]


def test_sentence_over_the_budget_is_alone() -> None:
    """A sentence that is over the budget is a passage of its own, between whole ones."""
    long = "Kim said that " + "really " * 40 + "it was so."
    assert spans(f"One. {long} Two.", 32) == [(0, 0), (1, 1), (2, 2)]


def test_passage_is_named_by_its_place_and_text() -> None:
    """A passage's id hashes its article, its sentences and its text, and its span is theirs."""
    article = make_article("Kim came. Kim left.")
    (passage,) = make_passages(article, 32)
    assert passage.id == content_id(article.id, "0", "1", article.text)
    assert (passage.article, passage.start, passage.end) == (article.id, 0, len(article.text))


def test_empty_article_has_no_passages() -> None:
    """An article without sentences has no passages."""
    assert make_passages(make_article(""), 32) == ()


def test_seed_passages() -> None:
    """The first seed is packed into passages within the budget that end with paragraphs where they can."""
    article = make_article(clean((SEEDS / "000_8ab461e3bb552a06.txt").read_text("utf-8")).text)
    passages = make_passages(article, 160)
    assert [(p.first, p.last) for p in passages] == [(0, 2), (3, 7), (8, 11), (12, 15), (16, 22), (23, 25)]
    assert [count_tokens(article.text[p.start : p.end]) for p in passages] == [114, 147, 105, 126, 156, 66]


TEXTS = st.lists(
    st.sampled_from(["Kim said so. ", "No. ", "\n\n", "The minister of defence did not agree with that. ", "x" * 300]),
    max_size=40,
).map("".join)


@given(TEXTS, st.integers(min_value=4, max_value=60))
@settings(deadline=None)
def test_passages_cover_all_sentences_in_order(text: str, tokens: int) -> None:
    """Whatever the text, each sentence is in one passage, in order, and only a single one is over the budget."""
    article = make_article(text)
    passages = make_passages(article, tokens)
    assert [at for p in passages for at in range(p.first, p.last + 1)] == list(range(len(article.sentences)))
    for p in passages:
        assert (p.start, p.end) == (article.sentences[p.first].start, article.sentences[p.last].end)
        assert p.first == p.last or count_tokens(article.text[p.start : p.end]) <= tokens
