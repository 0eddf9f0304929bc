"""The walls between the layers, and what a start may cost in imports."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "tracker"
# Which layers each layer may import: inwards only.
ALLOWED = {
    "core": {"core"},
    "sources": {"core", "sources"},
    "trees": {"core", "trees"},
    "store": {"core", "store"},
    "config": {"config"},
    "sync": {"core", "sources", "trees", "store", "config", "sync"},
    "faces": {"core", "sources", "store", "sync", "config", "faces"},
    "__main__": {"faces"},
}
# The faces may name the errors of sources, and nothing else of them; mbox is how stdin is read.
FROM_SOURCES = {"tracker.sources.base", "tracker.sources.mbox"}
HEAVY = ("b4", "liblore", "requests", "textual", "jinja2", "pygal", "zstandard", "rapidfuzz")
# Modules of the standard library that reach the outside world; core has no use for them.
IMPURE = {"os", "pathlib", "socket", "sqlite3", "subprocess", "time", "logging", "threading", "random", "tempfile", "shutil"}

FILES = sorted(PACKAGE.rglob("*.py"))


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, top: bool = False) -> list[str]:
    """The modules a file imports; *top*: only those that importing the file imports."""
    tree = ast.parse(path.read_text("utf-8"))
    found = []
    nodes = _top_level(tree) if top else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
    return found


def _top_level(tree: ast.Module) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        found.append(node)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_inwards(path: Path) -> None:
    """core knows nobody; sources, trees and store know core; sync knows them; faces know sync."""
    own = layer(path)
    for module in imports(path):
        if module == "tracker" or not module.startswith("tracker."):
            continue
        other = module.split(".")[1]
        assert own == "__init__" or other in ALLOWED[own], f"{path.name} imports {module}"
        if own == "faces" and other == "sources":
            assert module in FROM_SOURCES, f"{path.name} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    """No module imports b4, liblore, requests, … when it is imported itself; screens and widgets are made of Textual."""
    own = {"textual"} if path.relative_to(PACKAGE).parts[:2] == ("faces", "tui") else set()
    assert [module for module in imports(path, top=True) if module.split(".")[0] in set(HEAVY) - own] == []


def test_b4_and_liblore_have_one_home() -> None:
    """Only sources/lore.py and sources/attest.py import them."""
    users = {path.name for path in FILES if any(module.split(".")[0] in ("b4", "liblore") for module in imports(path))}
    assert users <= {"lore.py", "attest.py"}


def test_core_is_pure() -> None:
    """No clock, path, socket, database or process in core."""
    for path in (PACKAGE / "core").glob("*.py"):
        used = {module.split(".")[0] for module in imports(path)}
        allowed = {"time"} if path.name == "dates.py" else set()  # gmtime and strftime: pure functions of their argument
        assert not used & IMPURE - allowed, path.name


def test_list_imports_nothing_heavy(tmp_path: Path) -> None:
    """`tracker list` starts as fast as Python does: neither network libraries nor the mail parsers of the standard library."""
    code = "import sys, json\nfrom tracker.faces.cli import run\nrun(['list'])\nprint(json.dumps(sorted(sys.modules)))"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    # The first one indexes the snapshot.
    subprocess.run([sys.executable, "-m", "tracker", "list"], capture_output=True, env=environ, check=True)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environ, check=True)
    modules = set(json.loads(done.stdout.splitlines()[-1]))
    heavy = {"b4", "liblore", "requests", "textual", "jinja2", "pygal", "rapidfuzz", "urllib3", "email.parser", "asyncio"}
    assert not modules & heavy


def test_the_first_frame_needs_no_textual() -> None:
    """What prints the first frame of the UI is loaded without Textual, and nothing outside of the UI imports it beforehand."""
    heavy = ("textual", "rich", "tracker.core.facts")
    code = f"import sys, tracker.faces.tui.start\nprint(*(one in sys.modules for one in {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["False"] * 3  # nor do the parsers of mail have to be there
    others = [path for path in FILES if path.relative_to(PACKAGE).parts[:2] != ("faces", "tui")]
    used = {module for path in others for module in imports(path, top=True) if module.startswith("tracker.faces.tui")}
    assert used <= {"tracker.faces.tui.outside"}  # mailboxes and b4, shared with `apply`


def test_no_import_cycles() -> None:
    """Module imports form no circle, also not through function-level imports inside of one layer."""
    graph: dict[str, set[str]] = {}
    for path in FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        graph[name] = {module for module in imports(path, top=True) if module.startswith("tracker.")}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join([*above, name])
        if name in done:
            return
        for other in graph.get(name, ()):
            visit(other, (*above, name))
        done.add(name)

    for name in graph:
        visit(name, ())
