"""The code uses the public API of other packages only, so that upgrades can't break it silently.

ruff's SLF rule finds private attributes of objects; this finds what no linter does.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("app", "benchmarks", "deployment", "model", "training")
ROUTE_CLASSES = {"APIRoute", "APIRouter", "BaseRoute", "FastAPI", "Mount", "Route", "Router"}
ROUTE_CLASSES |= {"Starlette", "StaticFiles"}
INTERNALS = {"__call__", "app", "build_middleware_stack", "handle", "matches"}
DOCUMENTED = {"os.environ", "sys.argv"}
"""Mappings and lists of modules whose elements are documented to be assigned to."""


def parse(package: str) -> dict[Path, ast.Module]:
    """Return the syntax trees of ``package``, by path."""
    paths = sorted((ROOT / package).rglob("*.py"))
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def problems(tree: ast.Module, package: str, route_classes: set[str]) -> Iterator[str]:
    """Yield each use of something that is not public API, as the source spells it."""
    imported = set(imported_names(tree))
    for node in ast.walk(tree):
        yield from private_imports(node, package)
        yield from private_attributes(node, imported)
        yield from assignments(node, imported)
        if isinstance(node, ast.ClassDef) and route_classes & base_names(node):
            yield from (f"{node.name}.{each}" for each in defined_names(node) if each in INTERNALS)


def private_imports(node: ast.AST, package: str) -> Iterator[str]:
    """Yield each import of a private module or name of another package."""
    match node:
        case ast.Import(names=names):
            yield from (f"import {each.name}" for each in names if is_private(each.name))
        case ast.ImportFrom(module=str(module), names=names, level=0):
            for each in names:
                private = is_private(f"{module}.{each.name}") and module.split(".")[0] != package
                if private or (module, each.name) == ("gc", "disable"):
                    yield f"from {module} import {each.name}"


def private_attributes(node: ast.AST, imported: set[str]) -> Iterator[str]:
    """Yield a private attribute of an imported module or class."""
    if isinstance(node, ast.Attribute) and root(node) in imported:
        path = ast.unparse(node)
        if path == "gc.disable" or is_private(node.attr):
            yield path


def assignments(node: ast.AST, imported: set[str]) -> Iterator[str]:
    """Yield an assignment to an attribute or element of an imported module or class."""
    match node:
        case ast.Attribute() | ast.Subscript() if not isinstance(node.ctx, ast.Load):
            if root(node) in imported and ast.unparse(node.value) not in DOCUMENTED:
                yield f"{ast.unparse(node)} = ..."
        case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[target, *_]):
            if root(target) in imported:
                yield ast.unparse(node)


def imported_names(tree: ast.Module) -> Iterator[str]:
    """Yield each name that an import binds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((each.asname or each.name).split(".")[0] for each in node.names)


def is_private(path: str) -> bool:
    """Return whether a part of a dotted ``path`` begins with one underscore."""
    return any(part.startswith("_") and not part.startswith("__") for part in path.split("."))


def root(node: ast.AST) -> str | None:
    """Return the name that an expression such as ``name.attribute[index]`` begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def base_names(node: ast.ClassDef) -> set[str]:
    """Return the names of the base classes, without their modules."""
    return {ast.unparse(base).split("[")[0].split(".")[-1] for base in node.bases}


def defined_names(node: ast.ClassDef) -> Iterator[str]:
    """Yield the names of the methods and attributes in the body of a class."""
    for statement in node.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def find_route_classes(trees: Iterable[ast.Module]) -> set[str]:
    """Return the names of the route classes and of all their subclasses in ``trees``."""
    found = set(ROUTE_CLASSES)
    classes = [each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.ClassDef)]
    while new := {each.name for each in classes if found & base_names(each)} - found:
        found |= new
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_package_uses_public_api_only(package: str) -> None:
    trees = parse(package)
    assert trees
    route_classes = find_route_classes(trees.values())
    found = [
        f"{path}: {each}"
        for path, tree in trees.items()
        for each in problems(tree, package, route_classes)
    ]
    assert found == []


ROUTES = "class A(routing.APIRoute): ...\nclass B(A): "


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("from starlette._utils import get_route_path", None),
        ("from pydantic import _internal", None),
        ("import pydantic._internal._fields", None),
        ("import pydantic._internal._fields as fields", "import pydantic._internal._fields"),
        ("import logging\nlogging._lock.acquire()", "logging._lock"),
        ("import sys\ndef f(): return sys._getframe(1)", "sys._getframe"),
        ("from logging import Logger as L\nL.manager._clear_cache()", "L.manager._clear_cache"),
        ("import logging\nlogging.raiseExceptions = False", "logging.raiseExceptions = ..."),
        ("import logging\nlogging.root.level += 1", "logging.root.level = ..."),
        ("import logging\nlogging.root.level: int = 1", "logging.root.level = ..."),
        ("import logging\na, logging.root = 1, 2", "logging.root = ..."),
        ("import logging\ndel logging.root", "logging.root = ..."),
        ("import logging\nfor logging.root in []: pass", "logging.root = ..."),
        ("from pydantic import BaseModel as B\nB.model_config = {}", "B.model_config = ..."),
        ("import sys\nsys.argv = []", "sys.argv = ..."),
        ("import sys\nsys.modules['pydantic.v1'] = None", "sys.modules['pydantic.v1'] = ..."),
        ("import json\nsetattr(json, 'dumps', print)", "setattr(json, 'dumps', print)"),
        ("import json\ndelattr(json.encoder, 'x')", "delattr(json.encoder, 'x')"),
        ("import gc\ngc.disable()", "gc.disable"),
        ("import gc\nrun(gc.disable)", "gc.disable"),
        ("from gc import disable", None),
        (f"{ROUTES}\n    async def handle(self): ...", "B.handle"),
        (f"{ROUTES}\n    def matches(self): ...", "B.matches"),
        (f"{ROUTES}handle = other", "B.handle"),
        ("class A(FastAPI):\n    async def __call__(self): ...", "A.__call__"),
        ("class A(FastAPI):\n def build_middleware_stack(self): ...", "A.build_middleware_stack"),
    ],
)  # fmt: skip
def test_problem_is_found(source: str, problem: str | None) -> None:
    tree = ast.parse(source)
    assert [*problems(tree, "app", find_route_classes([tree]))] == [problem or source]


@pytest.mark.parametrize(
    "source",
    [
        "from app import __version__",
        "from app.api.parsing import _load",
        "from . import _x",
        "import os\nos.environ['A'] = 'b'",
        "import sys\nsys.argv[1:] = []",
        "import logging\nlogging.getLogger('a').setLevel('INFO')",
        "import gc\ngc.freeze()",
        "setattr(instance, 'name', 1)",
        "def f(app: FastAPI): app.openapi = g",
        "class A:\n    def f(self): self._x = self.y = 1",
        f"{ROUTES}\n    def get_route_handler(self): ...",
        "class A:\n    async def __call__(self): ...",
    ],
)
def test_public_api_is_accepted(source: str) -> None:
    tree = ast.parse(source)
    assert [*problems(tree, "app", find_route_classes([tree]))] == []
