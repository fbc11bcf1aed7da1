"""The ceilings and habits of the house style that no linter holds."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("index", "rag", "eval", "ui")
LONGEST_MODULE = 300
LONGEST_FUNCTION = 60
HEAVY_IMPORTS = {"onnxruntime", "tokenizers", "xllamacpp", "gradio", "uvicorn", "playwright"}
"""Loaded by who needs them, not by who imports the module."""
HEAVY_CALLS = {
    "Blocks",
    "Catalog",
    "Client",
    "Engine",
    "FastAPI",
    "GgufModel",
    "HttpClient",
    "InferenceSession",
    "LexicalIndex",
    "MiniLmEmbedding",
    "ModelSlot",
    "OpenAILike",
    "PersistentClient",
    "Settings",
    "Store",
    "Workshop",
    "create_engine",
    "load_settings",
    "make_embedding",
    "open",
    "read_bytes",
    "read_text",
}
"""What must not be called while a module is imported."""
MAY_CATCH_ALL = {"ui/desk.py", "eval/run.py"}
"""The outermost edges, where whatever goes wrong is logged and shown: an event of the page, a question of a batch."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Module(NamedTuple):
    """A module's path within the project, its text and its tree."""

    name: str
    text: str
    tree: ast.Module


def modules() -> Iterator[Module]:
    """Read the modules of the four packages."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            text = path.read_text("utf-8")
            yield Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text))


@pytest.fixture(scope="module", params=list(modules()), ids=lambda each: each.name)
def module(request: pytest.FixtureRequest) -> Module:
    """Give each module."""
    found: Module = request.param
    return found


def public(module: Module) -> Iterator[Definition]:
    """Find the public classes and functions of a module, and the public methods of its public classes."""
    waiting: list[ast.stmt] = list(module.tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                waiting += node.body


def at_import(module: Module) -> Iterator[ast.AST]:
    """Find what runs while a module is imported: everything but the bodies of functions."""
    waiting: list[ast.AST] = list(module.tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def test_module_is_short(module: Module) -> None:
    """No module has more than 300 lines."""
    assert len(module.text.splitlines()) <= LONGEST_MODULE


def test_functions_are_short(module: Module) -> None:
    """No function has more than 60 lines."""
    functions = (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_public_names_are_described(module: Module) -> None:
    """The module and each public class, function and method has a docstring."""
    undescribed = [node.name for node in public(module) if not ast.get_docstring(node)]

    assert (bool(ast.get_docstring(module.tree)), undescribed) == (True, [])


def test_importing_loads_and_makes_nothing_heavy(module: Module) -> None:
    """Importing a module loads no runtime, reads no file, and makes no model, store, engine or settings."""
    found = []
    for node in at_import(module):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in HEAVY_IMPORTS]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in HEAVY_IMPORTS:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found += [name] if name in HEAVY_CALLS else []

    assert found == []


def test_nothing_catches_all_but_the_outermost_edges(module: Module) -> None:
    """`except Exception` stands at the outermost edges only; a bare except nowhere."""
    caught = [
        ast.unparse(node.type) if node.type else "everything"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
    ]
    everything = [each for each in caught if each in ("everything", "Exception", "BaseException")]

    assert everything == [] or module.name in MAY_CATCH_ALL


def test_nothing_uses_llama_indexs_global_settings(module: Module) -> None:
    """Models and stores are arguments; LlamaIndex's global Settings is not imported."""
    imported = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]

    assert [name for name in imported if name.startswith("llama_index") and name.endswith(".Settings")] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_package_says_what_it_offers(name: str) -> None:
    """A package's `__all__` has at most ten names, and each of them is there."""
    package = importlib.import_module(name)
    offered: list[str] = list(package.__all__)

    assert 1 <= len(offered) <= 10
    assert [each for each in offered if not hasattr(package, each)] == []
