"""What holds for every test: no telemetry, no hub, and, by pytest-socket's options in pyproject.toml, no network.

Fixtures that only one package needs live beside its tests.
"""

from __future__ import annotations

import os
import shutil

import pytest

# Read once, when gradio, chromadb or huggingface_hub is first imported, so they are set before any test module is.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["ANONYMIZED_TELEMETRY"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Find the machine's browser: CHROMIUM, which `make test` sets, or the first one on the PATH."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.fail("Browser tests need Chromium or Chrome: install one, or name it: make test CHROMIUM=/path/of/it")
    return found
