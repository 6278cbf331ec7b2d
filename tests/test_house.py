"""The house rules, read off the tree: rooms, words, imports, callbacks, ids, addresses."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

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


@cache
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


def test_every_module_says_what_it_is():
    """Each module opens with one sentence."""
    silent = []
    for path in MODULES:
        said = ast.get_docstring(tree_of(path)) or ""
        first = said.strip().split("\n\n")[0]
        if not first.rstrip().endswith((".", "。")):
            silent.append(name_of(path))
    assert silent == []
    assert len(MODULES) > 300


def test_callbacks_never_block_the_event_loop():
    """A plain `def` callback would freeze every stream: each one is `async def`."""
    found = [(m, f) for m in MODULES for f in callbacks(tree_of(m))]
    plain = [f"{name_of(m)}: {f.name}" for m, f in found if isinstance(f, ast.FunctionDef)]
    assert plain == []
    assert len(found) > 100


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


def test_ids_are_names_not_strings():
    """Pages and components name their ids in an enumeration."""
    shown = [m for m in MODULES if m.relative_to(ROOT).parts[0] == "dashboard"]
    bare = [f"{name_of(m)}: {literal}" for m in shown for literal in _literal_ids(tree_of(m))]
    assert bare == []
    assert len(shown) > 100


def test_nothing_is_fetched_from_outside():
    """No address of another host stands in anything the browser gets or the program runs."""
    asked = [
        f for f in MODULES + SHOWN
        if f.suffix in {".py", ".js", ".css", ".html", ".svg"} and "build" not in f.parts
    ]  # fmt: skip
    outside = []
    for path in asked:
        found = re.findall(r"https?://[^\s\"'`)<>]+", path.read_text(encoding="utf-8"))
        outside += [
            f"{name_of(path)}: {a}" for a in found
            if not any(name in a for name in NAMES_ONLY) and "{" not in a
        ]  # fmt: skip
    assert outside == []
    assert len(asked) > 400


def _compounds(selector: str) -> list[str]:
    """A selector cut at its combinators, whatever stands in brackets left whole."""
    flat = re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", lambda m: "\0" * len(m[0]), selector)
    cuts = [0, *(at for m in re.finditer(r"\s*[ >+~]\s*", flat) for at in m.span()), None]
    return [selector[a:b] for a, b in zip(cuts[::2], cuts[1::2], strict=True)]


def _unnamed_below_has(sheet: str) -> list[str]:
    """Selectors of a style sheet that take anything at all below something with `:has`."""
    wide = []
    for rule in re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
        for selector in re.split(r",(?![^(]*\))", rule.strip()):
            *above, last = _compounds(selector.strip())
            named = re.search(r"^[a-z]|[.#\[]", re.sub(r":(has|not)\(.*\)", "", last))
            if any(":has(" in one for one in above) and not named:
                wide.append(selector.strip())
    return wide


def test_has_styles_only_what_is_named():
    """`a:has(b) > *` makes a browser style the whole page anew at every change of anything in it.

    With a plan open each change, were it the clock's, took 50 ms instead of 4.
    """
    assert _unnamed_below_has(".a:has(.b) > :not(:first-child) { } .c, .d:has(.e) .f > * { }") == [
        ".a:has(.b) > :not(:first-child)", ".d:has(.e) .f > *",
    ]  # fmt: skip
    assert _unnamed_below_has(".a:has(> :first-child) > .b { } .c td:has(b) { } .d > * { }") == []
    wide = [
        f"{name_of(path)}: {selector}" for path in SHOWN if path.suffix == ".css"
        for selector in _unnamed_below_has(path.read_text(encoding="utf-8"))
    ]  # fmt: skip
    assert wide == []


COMMITTERS = {
    "data/store/unit_of_work.py", "data/store/telemetry.py", "data/store/database.py",
    "data/store/quarantine.py", "data/store/positions.py", "data/store/hot_postgres.py",
    "data/store/copies.py",
}  # fmt: skip


def test_only_the_unit_of_work_commits():
    """`.commit()` and `.begin()` are called nowhere else; telemetry is no part of the journal."""
    calls = {
        (name_of(path), node.func.attr)
        for path in MODULES if "migrations" not in path.parts
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "begin"}
    }  # fmt: skip
    assert [call for call in sorted(calls) if call[0] not in COMMITTERS] == []
    assert calls


CONSTRUCTED = {
    "Database", "Telemetry", "Quarantine", "Queries", "Bus", "AccountService", "Hub", "Center",
}  # fmt: skip


def test_only_the_center_constructs():
    """The parts of the center are made in one place."""
    made = {
        (name_of(path), node.func.id)
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        and node.func.id in CONSTRUCTED
    }  # fmt: skip
    assert [one for one in sorted(made) if one[0] != "data/center.py"] == []
    assert {name for _, name in made} == CONSTRUCTED


LIMIT_LINES, LIMIT_FUNCTION = 320, 60


def test_rooms_stay_small():
    """A file far over 300 lines, or a function over 50, is a room to be divided."""
    long = []
    for path in MODULES + SHOWN:
        if path.suffix not in {".py", ".js"} or "versions" in path.parts:
            continue  # a migration is a frozen record, however long
        if (lines := path.read_text(encoding="utf-8").count("\n")) > LIMIT_LINES:
            long.append(f"{name_of(path)}: {lines}")
        if path.suffix == ".py":
            long += [
                f"{name_of(path)} {f.name}: {f.end_lineno - f.lineno + 1}"
                for f in ast.walk(tree_of(path))
                if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)
                and f.name != "register"
                and f.end_lineno - f.lineno + 1 > LIMIT_FUNCTION
            ]
    assert long == []


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
