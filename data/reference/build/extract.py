"""Makes every generated file of `data/reference`: `python -m data.reference.build.extract`."""

from __future__ import annotations

from data.reference.build import boundaries, incident_rules, places, supplies, teams, water
from data.reference.build import stations as gauges
from data.reference.build.common import check_inputs


def main() -> None:
    """Check the pinned inputs, then write everything."""
    check_inputs()
    counties = boundaries.build()
    water.build()
    places.build(counties)
    teams.build()
    supplies.build()
    gauges.build(counties)
    incident_rules.build()


if __name__ == "__main__":
    main()
