"""Approvals over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from data.center import Center


def build(center: Center) -> APIRouter:
    """The endpoints."""
    del center
    return APIRouter()
