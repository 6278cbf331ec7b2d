"""The tables that warnings go by: who may warn, and the channels and receivers configured."""

from __future__ import annotations

from typing import Any

from data.config import Settings
from data.domain.warning_rules import read_warning_rules
from data.ingest.rule_files import rule_file
from data.services.channels.settings import read_channels


def warning_tables(settings: Settings) -> dict[str, Any]:
    """What handlers find under `warnings`, `warnings_file` and `channels`.

    Raises
    ------
    Invalid
        A table that cannot be read stops the start, not a warning.
    """
    held = rule_file("warnings", settings.var)
    return {
        "warnings": read_warning_rules(held.content),
        "warnings_file": held.words,
        "channels": read_channels(
            settings.channels, drill=settings.is_exercise, box=settings.outbox
        ),
    }
