"""Eight processes race for fifty teams and one scarce lot: nothing is ever promised twice."""

from tests.faults import race

TRIES = 18


def test_eight_processes_never_assign_a_team_twice(database, database_url):
    """At no journal number is a team bound twice; stock, numbers, chain and retries all hold."""
    assert race.contest(database, database_url, TRIES) > race.RACERS
