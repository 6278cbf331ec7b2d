"""The house rules, read off the tree: rooms, words, imports, callbacks, ids, addresses."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("dashboard", "data", "layers")
TRACKED = subprocess.run(
    ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
).stdout.split("\0")  # fmt: skip
FILES = [ROOT / name for name in TRACKED if name and (ROOT / name).is_file()]
MODULES = [f for f in FILES if f.suffix == ".py" and f.relative_to(ROOT).parts[0] in ROOMS]
SHOWN = [f for f in FILES if f.relative_to(ROOT).parts[0] == "assets"]
TOP = {
    "pyproject.toml", "README.md", "dashboard", "data", "layers", "tests", "assets", "Makefile",
    "LICENSE", "CHANGELOG.md", "docs", "requirements.lock", "requirements-dev.lock",
}  # fmt: skip
# Addresses that name a standard or a namespace are read by nobody over the network.
NAMES_ONLY = ("www.w3.org", "127.0.0.1", "localhost", "example.org", "www.opengis.net", "schemas.",
              "json-schema.org")


def name_of(path: Path) -> str:
    """A path as the tests print it."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def callbacks(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions decorated with `….callback(…)`."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                called = mark.func if isinstance(mark, ast.Call) else mark
                if isinstance(called, ast.Attribute) and called.attr == "callback":
                    found.append(node)
    return found


def test_only_the_agreed_names_stand_at_the_top():
    """Nothing else lies in the hall."""
    tops = {Path(name_of(f)).parts[0] for f in FILES}
    assert {top for top in tops if not top.startswith(".")} <= TOP


def test_import_rules():
    """Every contract of the import linter is kept."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is(path):
    """Each module opens with one sentence."""
    said = ast.get_docstring(tree_of(path)) or ""
    first = said.strip().split("\n\n")[0]
    assert first.rstrip().endswith((".", "。")), f"{name_of(path)} opens without a sentence"


@pytest.mark.parametrize("path", [m for m in MODULES if callbacks(tree_of(m))], ids=name_of)
def test_callbacks_never_block_the_event_loop(path):
    """A plain `def` callback would freeze every stream: each one is `async def`."""
    plain = [f.name for f in callbacks(tree_of(path)) if isinstance(f, ast.FunctionDef)]
    assert not plain


def _literal_ids(module: ast.Module) -> list[str]:
    """Ids written as bare strings in Input, Output, State or id=…"""
    found = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if called in {"Input", "Output", "State"} and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.append(first.value)
        found += [
            k.value.value
            for k in node.keywords
            if k.arg == "id" and isinstance(k.value, ast.Constant) and k.value.value
        ]
    return found


@pytest.mark.parametrize(
    "path", [m for m in MODULES if m.relative_to(ROOT).parts[0] == "dashboard"], ids=name_of
)
def test_ids_are_names_not_strings(path):
    """Pages and components name their ids in an enumeration."""
    assert not _literal_ids(tree_of(path))


@pytest.mark.parametrize("path", MODULES + SHOWN, ids=name_of)
def test_nothing_is_fetched_from_outside(path):
    """No address of another host stands in anything the browser gets or the program runs."""
    if path.suffix not in {".py", ".js", ".css", ".html", ".svg"}:
        pytest.skip("not text that runs")
    found = re.findall(r"https?://[^\s\"'`)<>]+", path.read_text(encoding="utf-8"))
    outside = [a for a in found if not any(name in a for name in NAMES_ONLY) and "{" not in a]
    if "build" in path.parts:
        return
    assert not outside


COMMITTERS = {
    "data/store/unit_of_work.py", "data/store/telemetry.py", "data/store/database.py",
    "data/store/quarantine.py", "data/store/positions.py", "data/store/hot_postgres.py",
    "data/store/copies.py",
}  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_unit_of_work_commits(path):
    """`.commit()` and `.begin()` are called nowhere else; telemetry is no part of the journal."""
    if name_of(path) in COMMITTERS or "migrations" in path.parts:
        return
    calls = {
        node.func.attr
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"commit", "begin"}


CONSTRUCTED = {
    "Database", "Telemetry", "Quarantine", "Queries", "Bus", "AccountService", "Hub", "Center",
}  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_center_constructs(path):
    """The parts of the center are made in one place."""
    if name_of(path) == "data/center.py":
        return
    made = {
        node.func.id
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not made & CONSTRUCTED


LIMIT_LINES, LIMIT_FUNCTION = 320, 60


@pytest.mark.parametrize("path", MODULES + SHOWN, ids=name_of)
def test_rooms_stay_small(path):
    """A file far over 300 lines, or a function over 50, is a room to be divided."""
    if path.suffix not in {".py", ".js"} or "versions" in path.parts:
        return  # a migration is a frozen record, however long
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LIMIT_LINES
    if path.suffix == ".py":
        long = [
            f"{f.name}: {f.end_lineno - f.lineno + 1}"
            for f in ast.walk(ast.parse(text))
            if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)
            and f.name != "register"
            and f.end_lineno - f.lineno + 1 > LIMIT_FUNCTION
        ]
        assert not long


def test_the_repository_speaks_only_of_the_project():
    """No path of a build machine and no neighbouring folder is named anywhere."""
    words = ("/wo" + "rk/", "../sha" + "red", "/ro" + "ot/")
    named = [
        f"{name_of(f)}: {word}"
        for f in FILES
        if f.suffix in {".py", ".md", ".toml", ".js", ".css", ".csv", ".json", ".lock", ""}
        for word in words
        if word in f.read_text(encoding="utf-8", errors="ignore")
    ]
    assert not named
