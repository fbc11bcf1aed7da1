"""Settings come from the file, with the environment over it, and bad ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.config import StoreConfig
from index.errors import ConfigError
from ui.config import CONFIG_FILE, Settings, load_settings


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder without settings."""
    monkeypatch.chdir(tmp_path)


def write(text: str) -> None:
    """Write the settings' file."""
    CONFIG_FILE.write_text(text, encoding="utf-8")


def test_defaults_without_a_file() -> None:
    """Without a file and environment every setting has its default."""
    settings = load_settings()

    assert settings == Settings()
    assert (settings.store.path, settings.models.embedding, settings.ui.host, settings.ui.port) == (
        Path(".verbatim"),
        "minilm",
        "127.0.0.1",
        7860,
    )


def test_floors_of_our_own_set_are_for_that_set() -> None:
    """Another set has those that its settings name, or none."""
    assert load_settings().eval.asked_floors["unanswerable.abstention_recall"] == 0.8
    write('[eval]\nquestions = "mine.jsonl"')
    assert load_settings().eval.asked_floors == {}
    write('[eval]\nquestions = "mine.jsonl"\nfloors = { right = 0.5, "who.right" = 0.9 }')
    assert load_settings().eval.asked_floors == {"right": 0.5, "who.right": 0.9}


def test_command_line_lies_over_environment_over_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one section each source gives what the sources over it leave open."""
    write('[ui]\nport = 1111\nhost = "127.0.0.2"\nwaiting = 5\n')
    monkeypatch.setenv("VERBATIM_UI__PORT", "2222")
    monkeypatch.setenv("VERBATIM_UI__HOST", "127.0.0.3")

    ui = load_settings(ui={"port": 3333}).ui

    assert (ui.port, ui.host, ui.waiting) == (3333, "127.0.0.3", 5)


def test_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting can be given by the environment, with its section before it."""
    monkeypatch.setenv("VERBATIM_RAG__WRITER", "quotes")
    monkeypatch.setenv("VERBATIM_STORE__LOCK_SECONDS", "1.5")

    settings = load_settings()

    assert (settings.rag.writer, settings.store) == ("quotes", StoreConfig(lock_seconds=1.5))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[rag]\nwritter = "quotes"\n', "rag.writter: Extra inputs are not permitted"),
        ("[ragg]\nwriter = 1\n", "ragg: Extra inputs are not permitted"),
        ('[rag]\nwriter = "poet"\n', "rag.writer: Input should be 'quotes' or 'model'"),
        ('[ui]\nport = "many"\n', "ui.port: Input should be a valid integer"),
        ("[ui]\nport = 70000\n", "ui.port: Input should be less than or equal to 65535"),
        ("[rag]\nanswer_from = 1.5\n", "rag.answer_from: Input should be less than or equal to 1"),
        ("[index]\npassage_tokens = 10\n", "index.passage_tokens: Input should be greater than or equal to 32"),
        ("[index]\npassage_tokens = 500\n", "index.passage_tokens: Input should be less than or equal to 230"),
        ("rag = 7\n", "rag: "),
    ],
)
def test_bad_settings_are_named(text: str, named: str) -> None:
    """A setting that is unknown, of another type, or out of bounds is named, with the command that lists all."""
    write(text)

    with pytest.raises(ConfigError) as refused:
        load_settings()

    assert str(refused.value).startswith("Settings that can't be used: ")
    assert named in str(refused.value)
    assert str(refused.value).endswith("`verbatim config` lists all settings.")


def test_every_bad_setting_is_named() -> None:
    """Two bad settings are both named."""
    write("[ui]\nport = -1\nwaiting = 0\n")

    with pytest.raises(ConfigError, match=r"ui\.port: .*; ui\.waiting: "):
        load_settings()


def test_bad_setting_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad value in the environment is named like one of the file."""
    monkeypatch.setenv("VERBATIM_RAG__QUOTES", "none")

    with pytest.raises(ConfigError, match=r"rag\.quotes: Input should be a valid integer"):
        load_settings()


def test_unknown_key_of_the_environment_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown key of a section is an error in the environment too."""
    monkeypatch.setenv("VERBATIM_RAG__WRITTER", "quotes")

    with pytest.raises(ConfigError, match=r"rag\.writter: Extra inputs are not permitted"):
        load_settings()


@pytest.mark.parametrize("content", [b"[rag\nwriter", b"\xff\xfe[rag]", b'a = "\\q"'])
def test_file_that_is_no_toml_is_an_error(content: bytes) -> None:
    """A file that can't be read as TOML is named, with what to do."""
    CONFIG_FILE.write_bytes(content)

    with pytest.raises(
        ConfigError, match=r"verbatim\.toml can't be read: .*Mend it, or move it away to use the defaults\."
    ):
        load_settings()


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key can be read by who needs it, and is printed nowhere."""
    monkeypatch.setenv("VERBATIM_MODELS__API_KEY", "secret-key-123")

    settings = load_settings()

    assert settings.models.api_key is not None
    assert settings.models.api_key.get_secret_value() == "secret-key-123"
    assert (
        "secret-key-123"
        not in f"{settings!r} {settings} {settings.model_dump(mode='json')} {settings.model_dump_json()}"
    )


def test_settings_cannot_be_changed() -> None:
    """Settings are frozen, sections too."""
    settings = load_settings()

    for target, name in ((settings, "rag"), (settings.rag, "writer")):
        with pytest.raises(ValueError, match="frozen"):
            setattr(target, name, None)
