"""The exercise's teams, depots, items, lots, suppliers and a sensor, over the real: all assumed."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.domain.depot import Depot, Item, Lot
from data.domain.sensor import Sensor, Threshold
from data.domain.stock import Supplier
from data.domain.team import Team, TeamState

HERE = Path(__file__).parent
ASSUMED = "演练假定"


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """Everything an exercise adds to the reference data."""

    teams: tuple[Team, ...]
    depots: tuple[Depot, ...]
    items: tuple[Item, ...]
    lots: tuple[Lot, ...]
    sensors: tuple[Sensor, ...]
    suppliers: tuple[Supplier, ...] = ()

    @property
    def things(self) -> tuple[Team | Depot | Item | Lot | Sensor | Supplier, ...]:
        """All of it, parents before what refers to them."""
        return (
            *self.depots, *self.items, *self.lots, *self.suppliers, *self.teams, *self.sensors,
        )  # fmt: skip


def load_overlay(
    *, items: Iterable[Item] = (), depots: Iterable[Depot] | None = None, lots: Iterable[Lot] = ()
) -> Overlay:
    """The overlay as domain things, fitted to the reference data.

    Parameters
    ----------
    items
        The real catalogue: an item of the same name is used instead of the exercise's own.
    depots
        The real depots; lots at a real depot that is absent or not live are left out. Without
        it every lot is kept.
    lots
        The real lots: an exercise lot of the same depot and item is left out.
    """
    real_items = {plain(item.name): item.id for item in items}
    rows = _rows("overlay_items.csv")
    item_ids = {row["name"]: real_items.get(plain(row["name"]), row["id"]) for row in rows}
    own = tuple(_depot(row) for row in _rows("overlay_depots.csv"))
    usable = None if depots is None else {d.id for d in (*own, *depots) if d.live}
    taken = {(lot.depot_id, lot.item_id) for lot in lots}
    made = (_lot(row, item_ids[row["item"]]) for row in _rows("overlay_lots.csv"))
    return Overlay(
        teams=tuple(_team(row) for row in _rows("overlay_teams.csv")),
        depots=own,
        items=tuple(_item(row) for row in rows if plain(row["name"]) not in real_items),
        lots=tuple(
            lot
            for lot in made
            if (usable is None or lot.depot_id in usable)
            and (lot.depot_id, lot.item_id) not in taken
        ),
        sensors=(YONGAN,),
        suppliers=tuple(
            _supplier(row, item_ids[row["item"]]) for row in _rows("overlay_suppliers.csv")
        ),
    )


def plain(name: str) -> str:
    """A name with full-width and half-width forms made one, blanks dropped."""
    return unicodedata.normalize("NFKC", name).replace(" ", "")


YONGAN = Sensor(
    id="EX-S-001", name="永安水库", river=None, kind="水库", area_code="421127",
    lon=115.93925, lat=30.073129, coord_is_stand_in=True,
    coord_source="黄梅县政府驻地代库址（非水库坐标）",
    thresholds=(
        Threshold(level="保证", value=16.9, source="2020-07-09 报道：17.01 米超保证 0.11 米"),
    ),
    note="演练假定：库址、08:00 之外的水位均为假定；保证水位与 08:00 水位见报道",
    source="hbrb.hebnews.cn 202007/09/44756", origin="exercise",
)  # fmt: skip


def _team(row: dict[str, str]) -> Team:
    return Team(
        id=row["id"], force_id=row["force_id"] or None, name=row["name"], kind=row["kind"],
        level=row["level"], area_code=row["area_code"], lon=float(row["lon"]),
        lat=float(row["lat"]), coord_is_stand_in=True, coord_source=row["coord_source"],
        people=int(row["people"]), vehicles=_int(row["vehicles"]),
        boats=f"{row['boats']}艘" if row["boats"] else None,
        provides=_provides(row["provides"]), ready_minutes=float(row["ready_minutes"]),
        state=TeamState.STANDBY, origin="exercise", assumption=row["assumption"], source=ASSUMED,
    )  # fmt: skip


def _depot(row: dict[str, str]) -> Depot:
    return Depot(
        id=row["id"], name=row["name"], owner_level=row["owner_level"], kind=row["kind"],
        area_code=row["area_code"], lon=float(row["lon"]), lat=float(row["lat"]),
        coord_is_stand_in=True, coord_source=row["coord_source"], origin="exercise",
        vehicles=_int(row["vehicles"]), vehicle_t=float(row["vehicle_t"]),
        assumption=row["assumption"], source=ASSUMED,
    )  # fmt: skip


def _item(row: dict[str, str]) -> Item:
    return Item(
        id=row["id"], name=row["name"], unit=row["unit"], major=row["major"],
        scenario=row["scenario"], weight_t=float(row["weight_t"]),
        source=f"{row['source']}；单重为演练假定", origin="exercise",
    )  # fmt: skip


def _lot(row: dict[str, str], item_id: str) -> Lot:
    return Lot(
        id=row["id"], depot_id=row["depot_id"], item_id=item_id, on_hand=float(row["on_hand"]),
        keep=float(row["keep"]), batch=row["batch"] or None, expires=row["expires"] or None,
        origin="exercise", assumption=row["assumption"], source=row["source"] or ASSUMED,
    )  # fmt: skip


def _supplier(row: dict[str, str], item_id: str) -> Supplier:
    def known(field: str) -> float | None:
        return float(row[field]) if row[field] else None

    return Supplier(
        id=row["id"], area_code=row["area_code"], item_id=item_id, name=row["name"],
        way=row["way"], per_day=known("per_day"), stock=known("stock"),
        lead_hours=known("lead_hours"), source=row["source"], origin="exercise",
    )  # fmt: skip


def _provides(text: str) -> dict[str, float]:
    pairs = (part.split("=") for part in text.split(";"))
    return {name: float(amount) for name, amount in pairs}


def _int(text: str) -> int | None:
    return int(text) if text else None


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
