"""The scripts, the kept clock and the runner against a small fake server."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from data.domain.messages import SetExercise
from data.errors import Invalid
from data.exercise.exercise import create_or_resume, set_aside
from data.exercise.runner import Player
from data.exercise.scenario import available, load_scenario

START = datetime(2020, 7, 7, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", available())
def test_every_step_is_sourced_or_assumed(name):
    """What history does not tell is marked as assumed; every level knot too."""
    scenario = load_scenario(name)
    assert all(step.basis for step in scenario.steps)
    assert all(k.source or "演练假定" in k.assumption for v in scenario.levels for k in v.knots)
    for step in scenario.steps:
        assert step.source or step.assumption.startswith("演练假定"), step.id


@pytest.mark.parametrize(
    ("words", "known_at"),
    [("17.01", "2020-07-08T08:00"), ("40多人", "2020-07-08T08:00"), ("24.51", "2020-07-08T10:00"),
     ("81岁", "2020-07-08T16:23"), ("第7、8名", "2020-07-08T23:35"),
     ("20.44", "2020-07-09T07:00"), ("204400", "2020-07-09T07:00"),
     ("8人遇难", "2020-07-09T14:25"), ("Ⅲ级提升至Ⅱ级", "2020-07-09T15:00")],
)  # fmt: skip
def test_nothing_known_later_shows_earlier(words, known_at):
    """The minute before a fact was known no step had told it; at its minute one has."""
    scenario = load_scenario("2020-07-08")
    moment = datetime.fromisoformat(f"{known_at}:00+08:00")
    before = str([s.given for s in scenario.due(moment - timedelta(minutes=1))])
    assert words not in before
    assert words in str([s.given for s in scenario.due(moment)])


def test_the_reservoir_has_no_level_before_eight():
    """永安水库's level is first told at 08:00."""
    line = next(v for v in load_scenario("2020-07-08").levels if v.sensor == "永安水库")
    assert line.at(START) is None
    assert line.at(START + timedelta(minutes=30)) == 17.01


def test_the_clock_resumes_where_it_stood(tmp_path):
    """Time during which nobody serves the exercise does not count; it never goes back."""
    real = [datetime(2026, 1, 1, tzinfo=UTC)]
    folder = tmp_path / "2020-07-08"
    first = create_or_resume("2020-07-08", folder, real=lambda: real[0])
    first.set(SetExercise(jump_to=START, paused=False, speed=10))
    real[0] += timedelta(minutes=1)
    first.close()
    real[0] += timedelta(days=3)
    second = create_or_resume("2020-07-08", folder, real=lambda: real[0])
    assert second.run == first.run
    assert second.clock.now() == START + timedelta(minutes=10)
    with pytest.raises(Invalid):
        second.set(SetExercise(jump_to=START))
    with pytest.raises(Invalid):
        second.set(SetExercise(speed=601))
    second.close()
    assert set_aside(folder, real=lambda: real[0]).exists()
    assert create_or_resume("2020-07-08", folder, real=lambda: real[0]).run != first.run


class FakeServer:
    """Enough of the API: a clock, idempotent writes, one assignment."""

    def __init__(self):
        self.now = load_scenario("2020-07-08").opens_at
        self.answers, self.writes, self.tasks = {}, [], []

    def __call__(self, request):
        """Answer one request, a repeated key with its first answer."""
        path = request.url.path.removeprefix("/api/v1")
        if request.method == "GET":
            return httpx.Response(200, json=self.read(path))
        body = json.loads(request.content or "null")
        key = request.headers.get("Idempotency-Key")
        if key is None or key not in self.answers:
            answer = self.write(path, body)
            self.writes.append((path, body))
            self.answers[key] = answer
        return httpx.Response(200, json=self.answers[key])

    def read(self, path):
        """What a GET answers."""
        if path == "/exercise":
            return {"run": "r1", "name": "2020-07-08", "now": self.now.isoformat()}
        if path.endswith("/route"):
            return {"coordinates": [[114, 30], [115, 30]]}
        items = self.tasks if path == "/assignments" else []
        if path == "/sensors":
            items = [{"name": "汉口", "id": "S1"}]
        return {"items": items}

    def write(self, path, body):
        """Do a write."""
        if path == "/session":
            return {"csrf": "x"}
        if path == "/exercise" and "jump_to" in body:
            self.now = datetime.fromisoformat(body["jump_to"])
        if path.startswith("/assignments/"):
            self.tasks[0]["state"] = body["status"]
            self.tasks[0]["times"][body["status"]] = body["at"]
        return {"id": f"X-{len(self.writes)}"}

    def player(self):
        """A runner signed in here."""
        client = httpx.Client(transport=httpx.MockTransport(self), base_url="http://center")
        player = Player(client, "secret")
        player.sign_in()
        return player

    def paths(self):
        """Where something was written, the clock and sign-in apart."""
        return [p for p, _ in self.writes if p not in {"/session", "/exercise"}]


def test_the_opening_is_played_at_its_own_times_and_then_the_clock_goes():
    """The runner jumps the paused clock from step to step and lets it go at 07:30."""
    server = FakeServer()
    server.player().tick()
    assert server.now == START
    assert server.paths().count("/incidents") == 2
    assert server.writes[-1][1] == {"jump_to": START.isoformat(), "paused": False, "speed": 10.0}


def test_a_restart_repeats_nothing_and_a_pause_does_nothing():
    """A new runner posts due steps again under the same keys; the server does none twice."""
    server = FakeServer()
    player = server.player()
    player.tick()
    player.tick()
    before = len(server.paths())
    player.tick()
    server.player().tick()
    assert len(server.paths()) == before


def test_steps_jumped_over_are_done_in_order_with_their_own_times():
    """After a jump to the evening every step between has been told at its own time."""
    server = FakeServer()
    player = server.player()
    player.tick()
    server.now = START + timedelta(hours=9)
    player.tick()
    told = [b["received_at"] for p, b in server.writes if p.endswith("/followups")]
    filed = "2020-07-05T19:00:00+08:00"  # the flood was reported upward before the start
    assert told == [filed, "2020-07-08T00:00:00+00:00", "2020-07-08T08:23:00+00:00"]
    assert any(p.endswith("/merge") for p in server.paths())


def test_an_ordered_team_accepts_departs_moves_arrives_and_works():
    """A jump over the whole way does every move in order; half-way it stands on its route."""
    server = FakeServer()
    player = server.player()
    player.tick()
    left, eta = START + timedelta(minutes=15), START + timedelta(minutes=75)
    server.tasks = [
        {"id": "A-1", "team_id": "T", "incident_id": "I", "state": "ordered",
         "times": {"ordered": START.isoformat()}, "leaves_at": left.isoformat(),
         "eta": eta.isoformat()}
    ]  # fmt: skip
    server.now = START + timedelta(minutes=45)
    player.tick()
    assert server.tasks[0]["state"] == "departed"
    player.tick()
    sent = [b for p, b in server.writes if p == "/positions"]
    assert sent[-1][0]["lon"] == pytest.approx(114.5)
    server.now = START + timedelta(hours=3)
    player.tick()
    moves = [b["status"] for p, b in server.writes if p.startswith("/assignments/")]
    assert moves == ["accepted", "departed", "arrived", "working"]
    server.tasks[0]["state"] = "released"
    server.tasks[0]["times"]["released"] = server.now.isoformat()
    server.now += timedelta(hours=2)
    player.tick()
    assert server.tasks[0]["state"] == "returned"
