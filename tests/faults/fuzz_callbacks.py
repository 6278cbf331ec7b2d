"""A stream of Dash callbacks bent out of shape: the real ones, with what no browser would send."""

from __future__ import annotations

import ast
import gc
import inspect
import json
import random
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from dash import Dash

from tests.faults.bend import STRANGE, bent, strange
from tests.faults.fuzz_world import BENDERS, Yard, yard

PATH = "/_dash-update-component"
WATCHERS = ("auditor", "wall", "stranger", "grid")  # nothing they send may change anything
NUMBERS = range(1, 5)


def fuzz_callbacks(rounds: int, *, begin: int = 1) -> list[str]:
    """What did not hold when every callback was called `rounds` times, bent each time."""
    with (
        tempfile.TemporaryDirectory(prefix="hubei-fuzz-") as folder,
        yard(Path(folder), pages=True) as made,
    ):
        call_all(made, rounds, begin=begin)
        return made.found


def call_all(made: Yard, rounds: int, *, begin: int) -> None:
    """Call every callback of every page; those who only watch may move nothing."""
    called = made.client("duty").get("/_dash-dependencies").json()
    answered = [one for one in called if not one["clientside_function"]]
    words = vocabulary()
    draw = random.Random(begin)
    for turn in range(rounds):
        for one in answered:
            role = WATCHERS[turn % 4] if turn % 3 == 2 else draw.choice(BENDERS)
            _call(made, one, role, words.get(one["output"], ()), draw)


def _call(made: Yard, one: Any, role: str, words: tuple[str, ...], draw: random.Random) -> None:
    before = made.running.center.queries.revision()
    body = _body(made, one, words, draw)
    how = draw.random()
    if how < 0.1:
        body = bent(body, draw, made.every_id)
    text = b"{" * 5000 if how < 0.01 else json.dumps(body).encode("utf-8", "surrogatepass")
    made.ask(
        role, "POST", PATH, f"callback {one['output'][:60]}", content=text,
        told=False, headers={"content-type": "application/json"},
    )  # fmt: skip
    if role in WATCHERS and made.running.center.queries.revision() != before:
        made.found.append(f"{role} moved something by {one['output']}: {text[:300]!r}")


def _body(made: Yard, one: Any, words: tuple[str, ...], draw: random.Random) -> dict[str, Any]:
    parts = (part.rsplit(".", 1) for part in one["output"].strip(".").split("..."))
    named = [{"id": part[0], "property": part[-1]} for part in parts]
    body: dict[str, Any] = {"output": one["output"]}
    if not one["no_output"]:
        body["outputs"] = named if one["output"].startswith("..") else named[0]
    for key in ("inputs", "state"):
        body[key] = [
            {**part, "value": _value(made, part["property"], words, draw)} for part in one[key]
        ]
    body["changedPropIds"] = [f"{one['inputs'][0]['id']}.{one['inputs'][0]['property']}"]
    return body


def _value(made: Yard, prop: str, words: tuple[str, ...], draw: random.Random) -> Any:
    """What might stand in such a property: mostly of the right kind, sometimes anything."""
    how = draw.random()
    if how < 0.25:
        return strange(draw, made.every_id)
    if how < 0.4:
        return None
    if prop in {"n_clicks", "n_blur"} or how < 0.5:
        return draw.choice(NUMBERS)
    if prop in {"id", "className", "filename", "pathname", "href", "search"}:
        return draw.choice(("/duty", "?incident=I-0001", "a.xlsx", "甲.csv", *words[:5]))
    if prop == "contents":
        return draw.choice(("data:text/csv;base64,5ZCN56ew", "data:;base64,!!!", "x", ""))
    if prop == "data" and how < 0.9:
        return _thing(made, words, draw)
    return _text(made, words, draw)


def _thing(made: Yard, words: tuple[str, ...], draw: random.Random) -> Any:
    """A record with keys that the callback's module reads, or a list of such."""
    keys = draw.sample(words, min(len(words), draw.randint(1, 8))) if words else ["id"]
    one = {key: _text(made, words, draw) for key in keys} | {"at": draw.choice(NUMBERS)}
    return [one] * draw.choice((1, 2)) if draw.random() < 0.15 else one


def _text(made: Yard, words: tuple[str, ...], draw: random.Random) -> Any:
    how = draw.random()
    if how < 0.35:
        return draw.choice(made.every_id)
    if how < 0.75 and words:
        return draw.choice(words)
    return draw.choice((1, 2.5, True, "文字", "2020-07-08T10:00", "114.3", STRANGE[6], ["x"]))


def vocabulary() -> dict[str, tuple[str, ...]]:
    """Short texts in the module of each callback, by its output: its keys and its words."""
    app = next(one for one in gc.get_objects() if isinstance(one, Dash))
    found = {}
    for output, held in app.callback_map.items():
        work = held.get("callback")
        module = inspect.getmodule(inspect.unwrap(work)) if work else None
        found[output] = _words(module) if module else ()
    return found


@cache
def _words(module: ModuleType) -> tuple[str, ...]:
    tree = ast.parse(inspect.getsource(module))
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    return tuple(sorted(t for t in texts if isinstance(t, str) and t.isidentifier()))
