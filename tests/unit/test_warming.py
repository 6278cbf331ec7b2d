"""The solver is ready before it is asked: nothing compiles in a plan, and a server starts it."""

from __future__ import annotations

import gc
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from dashboard import __main__ as program
from dashboard import fonts, serving
from data.allocation import Problem, compiled, solve, worker
from data.allocation.figures import figures
from data.allocation.queueing import Site, Sites, Unit, schedule
from data.allocation.warming import warm
from data.config import Settings
from tests.benchmarks.provinces import SIZES, province


def _types() -> dict[str, set[tuple[Any, ...]]]:
    """The types each compiled loop was compiled or loaded for; literals count as their type."""
    return {
        f"{name}.{loop}": {
            tuple(numba.types.unliteral(a) for a in s.args) for s in made.nopython_signatures
        }
        for name, module in sorted(sys.modules.items())
        if name.startswith("data.allocation.")
        for loop, made in vars(module).items()
        if hasattr(made, "nopython_signatures")
    }


def _queue(units: int, sites: int) -> Sites:
    """Units and sites in a row, five minutes apart."""
    return Sites(
        units=tuple(Unit(id=f"u{k}", ready=float(k)) for k in range(units)),
        sites=tuple(Site(id=f"s{j}", weight=1.0 + j) for j in range(sites)),
        work=((10.0,) * sites,) * units,
        start=tuple(tuple(abs(9.0 * k - 5.0 * j) for j in range(sites)) for k in range(units)),
        between=tuple(tuple(5.0 * abs(i - j) for j in range(sites)) for i in range(sites)),
    )


def test_after_the_warming_no_problem_compiles_anything() -> None:
    """One kind of arrays for every problem: small, contested, of many pairs; queues likewise."""
    warm()
    before = _types()
    assert sum(bool(kinds) for kinds in before.values()) > 6
    solve(Problem.from_json(worker.SMALLEST), time_limit_s=0.2)
    for size in ("A", "B"):
        solve(province(1, SIZES[size], contested=True), time_limit_s=1.0)
    schedule(_queue(1, 1), 0.2)
    schedule(_queue(3, 8), 0.2)
    after = _types()
    assert after == before
    assert [name for name, kinds in after.items() if len(kinds) > 1] == []


def test_the_arrays_of_a_problem_are_in_one_piece() -> None:
    """Columns of tables too, and what is made of some of the pairs: none has gaps."""
    made = figures(province(1, SIZES["A"], contested=True))
    for some in (made, made.among(np.arange(0, made.pairs, 2)), made.only(np.arange(3))):
        arrays = {k: v for k, v in vars(some).items() if isinstance(v, np.ndarray)}
        assert [k for k, v in arrays.items() if not v.flags.c_contiguous] == []


@pytest.mark.parametrize("given", [True, False])
def test_machine_code_is_kept_by_the_sources_it_was_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, given: bool
) -> None:
    """Under the folder that is named too: numba alone would go on with a changed callee's code."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    if given:
        monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    place = Path(compiled.place())
    assert place.name.startswith("compiled-")
    assert place.parent == (tmp_path if given else Path(compiled.__file__).parent / "__pycache__")
    assert place.is_dir()


def test_a_server_starts_its_solver_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It loads while the database and the pages do, so that the first plan need not wait."""
    asked: list[str] = []

    class Pool:
        def warm(self) -> None:
            asked.append("solver")

    def build(_settings: Settings) -> None:
        asked.append("center")
        raise KeyboardInterrupt

    monkeypatch.setattr(serving, "common_pool", Pool)
    monkeypatch.setattr(serving, "build_center", build)
    monkeypatch.setattr(serving.logs, "set_up", lambda **_: None)
    monkeypatch.setattr(serving.signal, "signal", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        serving.Service(settings=Settings(var=tmp_path)).run()
    assert asked == ["solver", "center"]


def test_no_garbage_is_looked_for_in_a_start_and_again_in_an_open_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a start makes stays: the search through it cost a second of seven."""
    during: list[bool] = []
    monkeypatch.setattr(fonts, "ensure_fonts", lambda _: None)
    monkeypatch.setattr(serving.Service, "run", lambda _: during.append(gc.isenabled()))
    try:
        program._serve(Settings(var=tmp_path), Namespace(setup=False))
        serving.settle_memory()
        assert during == [False]
        assert gc.isenabled()
    finally:
        gc.enable()
