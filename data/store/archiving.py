"""Archives one large day in a process of its own: `python -m data.store.archiving` with JSON in."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path

from data.store.engine import read_engine, write_engine
from data.store.hot import HotDays
from data.store.hot_postgres import PostgresDays
from data.store.hot_sqlite import SqliteDays
from data.store.keeping import archive_day
from data.store.readings import Shelf


def main() -> None:
    """Archive the day that standard input names."""
    if hasattr(os, "nice"):
        os.nice(10)
    asked = json.load(sys.stdin)
    shelf = Shelf.of(Path(asked["folder"]))
    url = asked["url"]
    hot: HotDays = (
        PostgresDays(write_engine(url), read_engine(url))
        if url
        else SqliteDays(shelf.folder / "hot")
    )
    archive_day(hot, shelf.archive, shelf.book, date.fromisoformat(asked["day"]))
    hot.close()


if __name__ == "__main__":
    main()
