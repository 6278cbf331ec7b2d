"""Processes that need not import the program first: forked from a clean one that has.

That one is started when first asked for and has no threads of the tests in it, as a fork of the
test's own process would. A child knows the environment of that moment and what it is given.
"""

import multiprocessing

from dashboard.api import MODULES
from dashboard.app import PAGES

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload([
    "tests.served", "tests.faults.race", "dashboard.serving", "dashboard.commands.ingesting",
    "dashboard.geo", "dashboard.api.ogc", "dashboard.api.health", "dash.backends._flask",
    *(f"dashboard.api.{name}" for name in MODULES), *PAGES.values(),
])  # fmt: skip
