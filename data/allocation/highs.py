"""HiGHS on one thread: a linear or mixed integer programme in, values, duals and a bound out."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass
class Rows:
    """Columns and rows of a programme as they are collected, in blocks of arrays."""

    cost: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    whole: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    row_of: list[Ints] = field(default_factory=list)
    column_of: list[Ints] = field(default_factory=list)
    value_of: list[Floats] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def add_columns(
        self, cost: Floats, upper: Floats, *, lower: Floats | None = None, whole: bool = False
    ) -> Ints:
        """New variables from `lower` (0) to `upper`; returns their numbers."""
        count = len(cost)
        self.cost.append(cost)
        self.lower.append(np.zeros(count) if lower is None else lower)
        self.upper.append(upper)
        self.whole.append(np.full(count, whole))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def add_rows(self, low: Floats, high: Floats) -> Ints:
        """New constraints without entries yet; returns their numbers."""
        self.low.append(low)
        self.high.append(high)
        self.rows += len(low)
        return np.arange(self.rows - len(low), self.rows)

    def put(self, rows: Ints, columns: Ints, values: Floats) -> None:
        """Entries of the matrix."""
        self.row_of.append(rows)
        self.column_of.append(columns)
        self.value_of.append(values)


@dataclass(frozen=True)
class Solved:
    """What HiGHS gave: values when there are any, a bound below every solution, duals of an LP."""

    values: Floats | None
    value: float
    bound: float
    proven: bool
    row_dual: Floats
    column_dual: Floats
    cut: bool = False  # by the clock
    steps: int = 0  # of the simplex method


def minimise(
    rows: Rows, *, limit_s: float, integer: bool = True, gap: float = 0.0,
    start: Floats | None = None, presolve: bool = True, nodes: int | None = None,
    lean: bool = False,
) -> Solved:  # fmt: skip
    """Solve within a time limit, on one thread (changing the number within a process fails).

    `start` is a known answer of the first columns; HiGHS fills in the rest. Without `presolve`
    a small, tight integer programme is proved in half the time. `nodes` ends the search by count;
    a `lean` one looks for the bound alone, a third faster.
    """
    _greet_nobody()
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False), ("threads", 1), ("time_limit", max(limit_s, 0.01)),
        ("mip_rel_gap", gap), ("mip_abs_gap", 1e-6),
    ):  # fmt: skip
        solver.setOptionValue(name, value)
    if not presolve:
        solver.setOptionValue("presolve", "off")
        solver.setOptionValue("mip_allow_restart", False)
    if nodes is not None:
        solver.setOptionValue("mip_max_nodes", nodes)
    for name, off in _LEAN if lean else ():
        solver.setOptionValue(name, off)
    whole = np.concatenate(rows.whole) if integer else np.zeros(rows.columns, dtype=bool)
    solver.passModel(_model(rows, whole))
    if start is not None and whole.any():
        solver.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    solver.run()
    return _told(solver, mixed=bool(whole.any()))


_LEAN = (
    ("mip_heuristic_effort", 0.0), ("mip_heuristic_run_feasibility_jump", False),
    ("mip_heuristic_run_rins", False), ("mip_heuristic_run_rens", False),
    ("mip_heuristic_run_root_reduced_cost", False), ("mip_pool_soft_limit", 500),
)  # fmt: skip


@cache
def _greet_nobody() -> None:
    """The first solver made in a process prints a banner to standard output: let it, unheard."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _model(rows: Rows, whole: npt.NDArray[np.bool_]) -> highspy.HighsLp:
    """The programme as HiGHS takes it."""
    matrix = csc_array(
        (
            np.concatenate(rows.value_of),
            (np.concatenate(rows.row_of), np.concatenate(rows.column_of)),
        ),
        shape=(rows.rows, rows.columns),
    )
    matrix.sum_duplicates()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = rows.columns, rows.rows
    model.col_cost_ = np.concatenate(rows.cost)
    model.col_lower_, model.col_upper_ = np.concatenate(rows.lower), np.concatenate(rows.upper)
    model.row_lower_, model.row_upper_ = np.concatenate(rows.low), np.concatenate(rows.high)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    if whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(w)] for w in whole]
    return model


def _told(solver: Any, *, mixed: bool) -> Solved:
    """The answer as arrays."""
    info, solution = solver.getInfo(), solver.getSolution()
    status = solver.getModelStatus()
    proven = status == highspy.HighsModelStatus.kOptimal
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    value = info.objective_function_value if feasible else np.inf
    bound = info.mip_dual_bound if mixed else (value if proven else -np.inf)
    return Solved(
        values=np.array(solution.col_value) if feasible else None,
        value=float(value), bound=float(bound), proven=proven,
        row_dual=np.array(solution.row_dual), column_dual=np.array(solution.col_dual),
        cut=status == highspy.HighsModelStatus.kTimeLimit,
        steps=max(0, int(info.simplex_iteration_count)),
    )  # fmt: skip
