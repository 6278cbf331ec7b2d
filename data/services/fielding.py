"""Takes what team leaders send from the field."""

from __future__ import annotations

from collections.abc import Mapping

from data.domain.messages import Command
from data.services.bus import Handler

HANDLERS: Mapping[type[Command], Handler] = {}
