"""The HTTP contract, /api/v1: the same commands as the pages, for programs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends

from dashboard.api.problems import LARGEST_BYTES

if TYPE_CHECKING:
    from data.center import Center

PREFIX = "/api/v1"
MODULES = (
    "session", "incidents", "resources", "dispatch", "monitoring", "alarms", "records", "auditing",
    "takeaways",
    "coverage", "roads",
    "contingencies", "tasks", "directing", "stock", "filing", "clearing", "linking", "shifts",
    "field", "briefing", "hazards", "video", "sharing",
    "layers", "cot", "warnings", "deliveries",
    "ingest", "doors", "rules", "nodes", "flights",
)  # fmt: skip


def build_router(center: Center) -> APIRouter:
    """Every endpoint under /api/v1, and the health probe."""
    admitted = import_module("dashboard.access").admitted  # it needs the gate, which needs us
    router = APIRouter(max_body_size=LARGEST_BYTES, dependencies=[Depends(admitted)])
    for name in MODULES:
        module = import_module(f"dashboard.api.{name}")
        router.include_router(module.build(center), prefix=PREFIX)
    router.include_router(import_module("dashboard.api.ogc").build(center), prefix="/ogc")
    router.include_router(import_module("dashboard.api.health").build(center))
    return router
