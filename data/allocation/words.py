"""How amounts are written in reasons."""

from __future__ import annotations

_SMALL = 1e-6


def amount(value: float) -> str:
    """An amount as it is written: whole where it is whole."""
    return f"{value:,.0f}" if abs(value - round(value)) < _SMALL else f"{value:,.1f}"
