"""Model files: found in installed packages, checked by sha256 before anything loads them.

Knows files and digests; knows nothing of what a model is for.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from index.errors import WeightsError

_BLOCK = 1 << 22


def package_file(package: str, name: str, *, install: str) -> Path:
    """The path of a file that an installed package delivers.

    Raises WeightsError, naming the command `install`, when the package or the file is missing.
    """
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        path = Path(folder) / name
        if path.is_file():
            return path
    missing = f"the file {name} of the package {package}" if folders else f"the package {package}"
    raise WeightsError(f"Weights not found: {missing} is missing. Install it with: {install}")


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def require_sha256(path: Path, expected: str, *, install: str) -> Path:
    """Return the path if the file is the pinned one.

    Raises WeightsError otherwise: an altered file of weights is never loaded.
    """
    try:
        found = sha256_of(path)
    except OSError as error:
        raise WeightsError(
            f"Weights not readable: {path.name}: {error.strerror}. Install them again: {install}"
        ) from None
    if found != expected:
        raise WeightsError(
            f"Weights altered: {path.name} has sha256 {found[:16]}…, expected {expected[:16]}…. "
            f"It was not loaded. Install it again: {install}"
        )
    return path
