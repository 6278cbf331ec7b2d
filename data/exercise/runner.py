"""The runner: plays the script and the field from outside, through the public HTTP API only."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from data.exercise import field
from data.exercise.scenario import Scenario, Step, load_scenario

log = logging.getLogger(__name__)
TELEMETRY_EVERY = timedelta(minutes=10)
POSITION_EVERY = timedelta(seconds=10)
API = "/api/v1"
RETRIED = 500


class Player:
    """One sign-in of the runner; what it knows it asks again after a restart."""

    def __init__(self, client: httpx.Client, password: str) -> None:
        self.client = client
        self.password = password
        self.run = ""
        self.scenario: Scenario | None = None
        self.known: dict[str, str] = {}
        self.done: set[str] = set()
        self.refused: dict[str, str] = {}
        self.sensors: dict[str, str] = {}
        self.told_until: datetime | None = None
        self.routes: dict[str, list[field.Point]] = {}
        self.placed: dict[str, datetime] = {}

    def sign_in(self) -> None:
        """Sign in as `runner` and forget what an earlier sign-in knew."""
        answer = self.client.post(
            f"{API}/session", json={"username": "runner", "password": self.password}
        )
        answer.raise_for_status()
        self.client.headers["X-CSRFToken"] = answer.json()["csrf"]

    def tick(self) -> None:
        """Look at the clock once and do everything that is due."""
        state = self._get("/exercise")
        if state["run"] != self.run:
            password, client = self.password, self.client
            self.__init__(client, password)  # type: ignore[misc]
            self.run = state["run"]
            self.scenario = load_scenario(state["name"])
        scenario = self.scenario
        if scenario is None:
            return
        now = datetime.fromisoformat(state["now"])
        if now < scenario.starts_at:
            self._open(scenario, now)
            return
        for step in scenario.due(now):
            self._play(step)
        self._tell_levels(scenario, now)
        self._move_teams(now)
        self._move_supplies(now)

    def _open(self, scenario: Scenario, now: datetime) -> None:
        """Play the opening on the paused clock, step by step, then let the clock go."""
        for step in scenario.opening():
            if step.at > now:
                self._post("/exercise", {"paused": True, "jump_to": step.at.isoformat()}, "")
            self._play(step)
        self._post(
            "/exercise",
            {"jump_to": scenario.starts_at.isoformat(), "paused": False, "speed": scenario.speed},
            "",
        )

    def _play(self, step: Step) -> None:
        """Do one step once; refused steps are noted, and do not stop the script."""
        if step.id in self.done:
            return
        try:
            path, body = request_of(step, self.known)
        except KeyError as error:
            self.refused[step.id] = f"所引用的{error}未产生"
            self.done.add(step.id)
            return
        made = self._post(path, body, step.id)
        self.done.add(step.id)
        if made is not None and step.makes:
            kind = "report" if step.do == "report" else "incident"
            self.known[step.makes] = made.get(kind, made)["id"]

    def _tell_levels(self, scenario: Scenario, now: datetime) -> None:
        """Send every ten exercise minutes' levels that have not been sent yet."""
        if not self.sensors:
            items = self._get("/sensors?limit=1000")["items"]
            self.sensors = {item["name"]: item["id"] for item in items}
        rows, last = [], self.told_until
        for line in scenario.levels:
            if line.sensor not in self.sensors:
                continue
            at = max(line.knots[0].at, scenario.starts_at - timedelta(hours=24))
            while at <= now:
                if last is None or at > last:
                    row = {"sensor": self.sensors[line.sensor], "at": at.isoformat()}
                    rows.append({**row, "value": line.at(at)})
                at += TELEMETRY_EVERY
        rows.sort(key=lambda row: str(row["at"]))
        if rows:
            self._post("/telemetry", rows, f"levels-{rows[0]['at']}-{rows[-1]['at']}")
        self.told_until = now

    def _move_teams(self, now: datetime) -> None:
        """Let ordered teams accept, depart, move, arrive, deploy and return."""
        places = []
        for task in self._get("/assignments?unfinished=true")["items"]:
            self._advance("assignments", task, now, field.next_move)
            seen = self.placed.get(task["id"])
            if task["state"] in {"departed", "released"} and (
                seen is None or now - seen >= POSITION_EVERY
            ):
                spot = field.where(task, self._route(task), now)
                if spot is not None:
                    self.placed[task["id"]] = now
                    places.append(
                        {"team": task["team_id"], "lon": spot[0], "lat": spot[1],
                         "at": now.isoformat()}
                    )  # fmt: skip
        if places:
            self._post("/positions", places, f"positions-{now.isoformat()}")

    def _move_supplies(self, now: datetime) -> None:
        """Let ordered supplies be shipped and received."""
        for transfer in self._get("/transfers?unfinished=true")["items"]:
            self._advance("transfers", transfer, now, field.next_transfer)

    def _advance(
        self,
        what: str,
        thing: dict[str, Any],
        now: datetime,
        following: Callable[[dict[str, Any]], tuple[str, datetime] | None],
    ) -> None:
        """Every move that is due by now, in order, each with its own time."""
        move = following(thing)
        while move is not None and move[1] <= now:
            to, at = move
            body = {"status": to, "at": at.isoformat()}
            if self._post(f"/{what}/{thing['id']}/status", body, f"{thing['id']}-{to}") is None:
                return
            thing["state"] = to
            thing["times"] = {**thing["times"], to: at.isoformat()}
            move = following(thing)

    def _route(self, task: dict[str, Any]) -> list[field.Point]:
        """The way of an assignment, asked for once; a straight line where there is none."""
        if task["id"] not in self.routes:
            answer = self.client.get(f"{API}/assignments/{task['id']}/route")
            points: list[Any] = []
            if answer.is_success:
                body = answer.json()
                points = body.get("geometry", body).get("coordinates", [])
            if not points:
                body = self._get(f"/incidents/{task['incident_id']}")
                scene = body.get("incident", body)
                ends = ((task.get("from_lon"), task.get("from_lat")), (scene["lon"], scene["lat"]))
                points = [end for end in ends if None not in end]
            self.routes[task["id"]] = [(float(p[0]), float(p[1])) for p in points]
        return self.routes[task["id"]]

    def _get(self, path: str) -> Any:
        answer = self.client.get(API + path)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: object, key: str) -> Any:
        """Post once under a key of this run; None when refused, an error when to be retried."""
        headers = {"Idempotency-Key": f"{self.run}:{key}"} if key else {}
        answer = self.client.post(API + path, json=body, headers=headers)
        if answer.status_code == httpx.codes.UNAUTHORIZED or answer.status_code >= RETRIED:
            answer.raise_for_status()
        if answer.is_error:
            self.refused[key or path] = answer.text
            log.warning("演练步骤 %s 被拒绝：%s", key or path, answer.text)
            return None
        return answer.json() if answer.content else {}


def request_of(step: Step, known: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The path and body of a step; `$name` becomes the id made under that name.

    Raises
    ------
    KeyError
        When an earlier step that was to make the name was refused.
    """
    body: dict[str, Any] = plain(step.given, known)
    marks = {"origin": "exercise", "assumption": step.basis}
    if step.do == "report":
        body.setdefault("received_at", step.at.isoformat())
        return "/reports", body | marks
    if step.do == "merge":
        return f"/reports/{body['report_id']}/merge", {"incident_id": body["incident_id"]}
    if step.do == "open":
        return "/incidents", body
    if step.do == "entry":
        about = {"incident_id": None, "at": step.at.isoformat()}
        return "/entries", about | body | {"kind": "exercise", "basis": step.basis}
    incident = body.pop("incident_id")
    if step.do == "followup":
        body.setdefault("received_at", step.at.isoformat())
        return f"/incidents/{incident}/followups", body | marks
    doing = {"grade": "grade", "respond": "responses"}[step.do]
    return f"/incidents/{incident}/{doing}", body


def plain(value: Any, known: dict[str, str]) -> Any:
    """A step's content as JSON values, names made ids and times made text."""
    if isinstance(value, dict):
        return {key: plain(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner, known) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith("$"):
        return known[value[1:]]
    return value


class Runner:
    """The runner's own thread: ticks every second, signs in again, backs off when alone."""

    def __init__(self, base_url: str, password: str, *, every_s: float = 1.0) -> None:
        self.base_url, self.password, self.every_s = base_url, password, every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go, name="runner", daemon=True)

    def start(self) -> Runner:
        """Begin to play."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop playing, within five seconds."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _go(self) -> None:
        wait = self.every_s
        with httpx.Client(
            base_url=self.base_url, timeout=10, trust_env=False,
            headers={"Origin": self.base_url},
        ) as client:  # fmt: skip
            player = Player(client, self.password)
            signed_in = False
            while not self._stopping.wait(wait):
                try:
                    if not signed_in:
                        player.sign_in()
                        signed_in = True
                    player.tick()
                    wait = self.every_s
                except (httpx.HTTPError, KeyError, ValueError) as error:
                    log.info("演练导演暂不能与中心通话：%s", error)
                    signed_in = False
                    wait = min(15.0, max(self.every_s, wait * 2))


def start_runner(base_url: str, password: str) -> Runner:
    """Start the runner against a server's address."""
    return Runner(base_url, password).start()
