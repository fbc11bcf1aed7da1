"""The page as `verbatim chat` serves it, over the sample articles, in a real browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

QUESTIONS = (
    "How many containers did North Korea ship to Russia?",
    "Has North Korea supplied weapons to Russia?",
    "Who won the Champions League final?",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start `verbatim chat` in an empty folder, where it makes its index first; give the address that it prints."""
    command = [sys.executable, "-u", "-m", "ui.cli", "chat", "--port", "0"]
    environment = os.environ | {"VERBATIM_RAG__WRITER": "quotes"}
    folder = tmp_path_factory.mktemp("chat")
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = (re.search(r"http://\S+", line) for line in process.stdout)
        yield next(match.group() for match in found if match)
        process.terminate()


@pytest.fixture
def page(address: str, browser: Browser) -> Iterator[Page]:
    """Open the page in a window of its own."""
    window = browser.new_page(viewport={"width": 1280, "height": 800})
    window.set_default_timeout(60_000)
    window.goto(address)
    yield window
    window.close()


def test_three_questions_and_a_citation(page: Page, tmp_path: Path) -> None:
    """Three questions are answered or declined, and a click on a citation highlights its quote in the article."""
    for number, question in enumerate(QUESTIONS, start=1):
        page.get_by_role("textbox").fill(question)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=question)).to_have_count(1)
        expect(page.locator("[aria-busy=false]")).to_have_count(number, timeout=60_000)
    expect(page.get_by_text("None of the 5 articles answers this.")).to_have_count(1)

    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Download .json")).first.click()
    saved = tmp_path / "answer.json"
    download.value.save_as(saved)
    cited = json.loads(saved.read_text(encoding="utf-8"))["citations"][0]

    page.locator("button[aria-label^='Quote 1']").first.click()
    expect(page.locator("mark.exact").first).to_be_in_viewport()
    highlighted = page.locator("mark.exact").all_inner_texts()
    assert "".join(highlighted) == cited["quote"]
