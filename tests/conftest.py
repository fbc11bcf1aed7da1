"""What holds for every test: no telemetry, no hub, and, by pytest-socket's options in pyproject.toml, no network.

Fixtures that only one package needs live beside its tests.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

# Read once, when gradio, chromadb or huggingface_hub is first imported, so they are set before any test module is.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["ANONYMIZED_TELEMETRY"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests of crashes and crowds go on for longer than CI has time for."""
    parser.addoption("--kill-rounds", type=int, default=10, help="how often a writer is killed")
    parser.addoption("--server-rounds", type=int, default=3, help="how often a Chroma server is killed")
    parser.addoption("--kill-seed", type=int, default=7, help="what the random moments begin with")
    parser.addoption("--crowd-seconds", type=float, default=6.0, help="how long writers and readers are at one store")


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands that tests start, also where a shell has started the tests in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no process of several is left with one at the end."""
    kinds = ("model", "server", "browser")
    rank: dict[Path, int] = {}
    for each in items:
        own = [kinds.index(mark.name) for mark in each.iter_markers() if mark.name in kinds]
        rank[each.path] = min(*own, rank.get(each.path, len(kinds)), len(kinds))
    items.sort(key=lambda each: rank[each.path])


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Give what a test tells a figure with that it measured; all of them stand at the end of the run."""
    return lambda line: record_property(_MEASURED, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have measured."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    told = [value for each in reports for name, value in each.user_properties if name == _MEASURED]
    if told:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(map(str, told)))


_MEASURED = "measured"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Find the machine's browser: CHROMIUM, which `make test` sets, or the first one on the PATH."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.fail("Browser tests need Chromium or Chrome: install one, or name it: make test CHROMIUM=/path/of/it")
    return found


FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Start the machine's Chromium, once: Playwright can't be started twice in a process."""
    # A machine that does other work as well takes its time.
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()
