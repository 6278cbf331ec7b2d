"""Keeps the supplies ledger in step with the stock."""

from __future__ import annotations

from collections.abc import Mapping

from data.domain.messages import Command
from data.services.bus import Handler

HANDLERS: Mapping[type[Command], Handler] = {}
