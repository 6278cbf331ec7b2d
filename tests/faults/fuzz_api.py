"""Every operation of the API bent out of shape: by schemathesis, and from bodies that are good."""

from __future__ import annotations

import json
import random
import re
import tempfile
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core import NOT_SET

from tests.faults.bend import bent
from tests.faults.fuzz_world import BENDERS, Yard, yard

QUIET: dict[str, Any] = {
    "database": None, "deadline": None, "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}  # fmt: skip
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


def fuzz_api(examples: int, *, begin: int = 1) -> list[str]:
    """What did not hold when every operation was asked `examples` times in each of three ways."""
    with tempfile.TemporaryDirectory(prefix="hubei-fuzz-") as folder, yard(Path(folder)) as made:
        bend_all(made, examples, begin=begin)
        return made.found


def bend_all(made: Yard, examples: int, *, begin: int, ways: int = 3) -> None:
    """Ask every operation of the document, in all three ways or in so many of them by turns."""
    spec = made.client("duty").get("/api/openapi.json").json()
    document = schemathesis.openapi.from_dict(spec)
    operations = [one.ok() for one in document.get_all_operations()]
    for number, operation in enumerate(operations):
        draw = random.Random(begin * 1000 + number)
        for way in range(number, number + ways):
            if way % 3 == len(MODES):
                _from_good(made, operation, examples, draw)
            else:
                _from_schema(made, operation, MODES[way % 3], examples, draw)


def _from_schema(made: Yard, operation: Any, mode: Any, examples: int, draw: random.Random) -> None:
    """Cases that schemathesis makes of the schema, with ids that exist in half of them."""
    what = operation.label

    @seed(draw.randrange(10**9))
    @settings(max_examples=examples, **QUIET)
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        if draw.random() < 0.5:
            for name in case.path_parameters or ():
                case.path_parameters[name] = _known(made, operation.path, name, draw)
        kwargs = case.as_transport_kwargs(base_url=made.running.base)
        kept = {k: kwargs[k] for k in ("params", "headers", "cookies") if kwargs.get(k)}
        body = {} if case.body is NOT_SET else _body(case)
        made.ask(draw.choice(BENDERS), kwargs["method"], kwargs["url"], what, **kept, **body)

    try:
        one()
    except Unsatisfiable:
        return  # nothing of this operation can be negated


def _body(case: Any) -> dict[str, Any]:
    if isinstance(case.body, bytes):
        return {"content": case.body}
    return {"content": json.dumps(case.body).encode("utf-8", "surrogatepass")}


def _known(made: Yard, path: str, name: str, draw: random.Random) -> str:
    """An id of what this part of the path names, when one is known; else of anything."""
    before = path.split("{" + name, maxsplit=1)[0].rstrip("/")
    return draw.choice(made.ids.get(before) or made.every_id)


def _from_good(made: Yard, operation: Any, examples: int, draw: random.Random) -> None:
    """A body that is known to be good, with one thing wrong in it, on things that exist."""
    from tests.integration.test_api_refusals import BODIES

    method, path = operation.method.upper(), operation.path
    for _ in range(examples):
        url = re.sub(r"\{(\w+)\}", lambda m: _known(made, path, m[1], draw), path)
        given: dict[str, Any] = {"headers": {"content-type": "application/json"}}
        if path in BODIES and method != "GET":
            text = json.dumps(bent(BODIES[path], draw, made.every_id))
            given["content"] = text.encode("utf-8", "surrogatepass")
        made.ask(draw.choice(BENDERS), method, url, f"{operation.label} (bent)", **given)
