"""Log lines for people, or one JSON object a line for a collector; neither names a person."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import msgspec

# PostgreSQL repeats the row it refused, people's names and telephones with it
_REPEATED = ("DETAIL:", "[parameters:")


class Discreet(logging.Formatter):
    """Lines for people; a traceback without the values that a database repeats in its errors."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        """The traceback."""
        lines = super().formatException(ei).splitlines()
        return "\n".join(x for x in lines if not x.lstrip().startswith(_REPEATED))


class JsonLines(Discreet):
    """Time (UTC), level, where from, what, and the traceback when there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def set_up(*, as_json: bool) -> None:
    """Send everything from INFO up to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    plain = Discreet("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(JsonLines() if as_json else plain)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("hubei").setLevel(logging.INFO)
