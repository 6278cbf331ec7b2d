"""Every importer fed with what is almost a file: it reads it, or says by name why it does not.

The unexpected is what an importer may not do: raise anything but a named error of the center.
"""

from __future__ import annotations

import copy
import json
import random
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from dashboard.api.warning_bodies import NewWarning
from dashboard.components.contact_text import read_contacts
from dashboard.components.roster_text import read_roster, text_of
from data.domain import contingency_file, mapping_file
from data.domain.people import read_people
from data.domain.playlist import read_playlist
from data.domain.retention import Retention
from data.errors import CenterError
from data.ingest import count_sheet, hj212, rule_files, sheets, sl651, tables
from data.ingest.cap import read_cap
from data.ingest.frames import FrameError
from data.ingest.mqtt_rows import rows_of
from data.ingest.osm import import_roads
from data.ingest.reference import REFERENCE
from data.ingest.seeding import area_tree
from data.ingest.sharing_records import records
from data.ingest.sharing_values import key_of, made
from data.services.channels.settings import read_channels
from data.services.feed_check import reading_of
from data.services.feed_wire import rows_of_lines, rows_of_list
from data.services.pictures import made_here
from data.services.zones import checked_polygon
from tests.faults.bend import bent
from tests.faults.samples import (
    AIR,
    CAP,
    CHANNELS,
    CONTACTS,
    OSM,
    POLYGON,
    READINGS,
    ROSTER,
    SHARED,
    TIMED,
)  # fmt: skip

NOW = datetime(2020, 7, 8, tzinfo=UTC)
LONGEST_RULES = 60_000
HEAVY = 300_000
TURNS = 6  # bends of one value or text at most
Run = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Importer:
    """What reads, and good samples of what it reads."""

    run: Run
    samples: tuple[Any, ...]
    slow: bool = False  # starts a process or compiles: fewer examples


def mangled(sample: Any, draw: random.Random) -> Any:
    """A sample cut, doubled, spoilt here and there; structures are bent, bytes and texts spoilt."""
    if isinstance(sample, dict | list):
        whole = copy.deepcopy(sample)
        for _ in range(draw.randint(1, TURNS)):
            turned = bent(whole, draw)
            if _heavy(turned):
                break  # a list of 300 in a list of 300 is for those who bound files, not readers
            whole = turned
        return whole
    text = sample
    for _ in range(draw.choice((0, 1, 1, 2, 3, TURNS))):
        text = _spoilt(text, draw)
    return text


def _heavy(value: Any) -> bool:
    """Whether a structure would make a file of more than some `HEAVY` characters."""
    weight, left = 0, [value]
    while left and weight <= HEAVY:
        one = left.pop()
        weight += len(one) if isinstance(one, str) else 1
        left.extend([*one.keys(), *one.values()] if isinstance(one, dict) else ())
        left.extend(one if isinstance(one, list) else ())
    return weight > HEAVY


def _spoilt(text: Any, draw: random.Random) -> Any:
    """One spoiling of bytes or text."""
    at, to = sorted((draw.randint(0, len(text)), draw.randint(0, len(text))))
    how = draw.random()
    if how < 0.2:
        return text[:at] + text[to:]
    if how < 0.35:
        return text[:to] + text[at:to] * draw.choice((1, 2, 50)) + text[to:]
    bits = (
        (b"\x00", b"\xff\xfe", b"\xd0", b"9" * 40, b"-", b"<", b"&", b",,", b"\n", b'"')
        if isinstance(text, bytes)
        else ("\x00", "\ud800", "\u2028", "9" * 40, "-", ":", "&a *a", ",,", "\n", '"', "１", "²")
    )
    return text[:at] + draw.choice(bits) + text[at + draw.choice((0, 1, 3)) :]


def fuzz_importers(examples: int, *, begin: int = 1) -> list[str]:
    """What did not hold when every importer read `examples` spoilt files, slow ones a tenth."""
    found: list[str] = []
    with prepared() as importers:
        for name, one in importers.items():
            count = max(3, examples // 10) if one.slow else examples
            found += _tried(name, one, count, begin)
    return found


def _tried(name: str, one: Importer, examples: int, begin: int) -> list[str]:
    found: dict[str, str] = {}
    strange = st.binary(max_size=300) if isinstance(one.samples[0], bytes) else st.text()
    wild = st.nothing() if isinstance(one.samples[0], dict | list) else strange
    bends = st.builds(
        lambda sample, number: mangled(sample, random.Random(number)),
        st.sampled_from(one.samples), st.integers(0, 2**62),
    )  # fmt: skip

    @seed(begin)
    @settings(
        max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(given=bends | wild)
    def read(given: Any) -> None:
        try:
            one.run(given)
        except (CenterError, FrameError):
            return  # refused by name
        except Exception:  # noqa: BLE001 - whatever else it is, is found
            trace = traceback.format_exc()
            found.setdefault(trace[-200:], f"{name} {given!r:.300}\n{trace}")

    read()
    return list(found.values())


@contextmanager
def prepared() -> Iterator[Mapping[str, Importer]]:
    """All importers, with a folder for those that read files and tables read in this process."""
    with (
        tempfile.TemporaryDirectory(prefix="hubei-fuzz-") as name,
        patch.object(tables, "read_cells", _cells),
        patch.object(count_sheet, "read_cells", _cells),
    ):
        yield _importers(Path(name))


def _cells(path: Path) -> list[sheets.Row]:
    """As the child reads them; there, whatever else it raises ends the child alone."""
    sheets.check_file(path)
    try:
        answer = sheets._parsed(path)
    except Exception as error:
        raise sheets._refused("文件已损坏", "请另存后重试") from error
    if "refused" in answer:
        raise sheets._refused(*answer["refused"])
    return [(line, cells) for line, cells in json.loads(json.dumps(answer))["rows"]]


def _importers(folder: Path) -> dict[str, Importer]:
    def in_file(name: str, read: Callable[[Path], Any]) -> Run:
        def run(given: Any) -> Any:
            path = folder / name
            path.write_bytes(given if isinstance(given, bytes) else _dumped(given).encode())
            return read(path)

        return run

    every = {
        f"table {kind} .{form}": Importer(
            run=in_file(f"t.{form}", _reader(kind)), samples=(_table(kind, form),),
            slow=form == "xlsx",
        )
        for kind in tables.TABLES for form in ("csv", "xlsx")
    }  # fmt: skip
    yaml_rules = {
        f"rules {name}": Importer(run=_rules(folder, name), samples=(_shipped(file),))
        for name, (file, _, _) in rule_files._NAMES.items()
    }
    return {
        **every,
        **yaml_rules,
        "stock count": Importer(
            run=in_file("c.csv", lambda path: count_sheet.read_counts(path, {})),
            samples=("批次编号,实点数量,原因\nL-1,3,少\n".encode(),),
        ),
        "contingency": Importer(
            run=_as_yaml(contingency_file.read), samples=_yamls("contingencies")
        ),
        "mapping": Importer(run=_as_yaml(mapping_file.read), samples=_yamls("sharing")),
        "yaml text": Importer(run=contingency_file.read, samples=_texts("contingencies")),
        "shared records": Importer(run=_shared, samples=SHARED),
        "channels": Importer(
            run=in_file("ch.yaml", lambda p: read_channels(p, drill=True, box=folder)),
            samples=(CHANNELS,),
        ),
        "CAP": Importer(run=read_cap, samples=(CAP,)),
        "SL 651": Importer(run=_sl651, samples=(bytes.fromhex(TIMED),)),
        "HJ 212": Importer(run=_hj212, samples=(AIR.encode(),)),
        "MQTT rows": Importer(run=lambda b: rows_of("hubei/readings/S01", b), samples=READINGS),
        "readings list": Importer(
            run=lambda b: [reading_of(r) for r in rows_of_list(b)], samples=READINGS
        ),
        "readings lines": Importer(
            run=lambda b: [reading_of(r) for r in rows_of_lines(b)], samples=READINGS
        ),
        "GeoJSON zone": Importer(run=checked_polygon, samples=(POLYGON,)),
        "GeoJSON of GCJ-02": Importer(run=_drawn, samples=(POLYGON,)),
        "OSM extract": Importer(
            run=in_file("a.osm", lambda p: import_roads(p, folder / "r.npz")),
            samples=(OSM,), slow=True,
        ),
        "photo": Importer(run=made_here, samples=(_photo("JPEG"), _photo("PNG"), _photo("WEBP"))),
        "roster": Importer(run=lambda t: read_roster(t, NOW), samples=(ROSTER,)),
        "uploaded text": Importer(run=text_of, samples=("data:text/csv;base64,5ZCN56ew",)),
        "contacts": Importer(run=lambda t: read_contacts(t, area_tree()), samples=(CONTACTS,)),
        "people": Importer(run=read_people, samples=("甲 13800000000、乙(027-12345678)",)),
        "playlist": Importer(run=read_playlist, samples=(
            "#EXTM3U\n#EXT-X-PROGRAM-DATE-TIME:2020-07-08T07:30:00Z\n#EXTINF:4.0,\na.ts\n",)),
        "retention": Importer(run=Retention.read, samples=("hot=2,raw=30,hour=1095",)),
    }  # fmt: skip


def _reader(kind: str) -> Callable[[Path], Any]:
    known = tables.Known(areas=area_tree(), unit_at=lambda *_: "421127", names={})
    return lambda path: tables.read_table(path, kind, known)


def _table(kind: str, form: str) -> bytes:
    heads = [column.headers[0] for column in tables.TABLES[kind].columns]
    row = ["1" if i % 3 else "黄梅县" for i in range(len(heads))]
    if form == "csv":
        return "\n".join(",".join(line) for line in (heads, row, row)).encode()
    book, out = Workbook(), BytesIO()
    for line in (heads, row, row):
        book.active.append(line)
    book.save(out)
    return out.getvalue()


def _shipped(file: str) -> Any:
    text = (REFERENCE / file).read_text("utf-8")
    return json.loads(text) if file.endswith("json") else yaml.safe_load(text)


def _rules(folder: Path, name: str) -> Run:
    file = rule_files._NAMES[name][0]
    mine = folder / rule_files.FOLDER / file
    mine.parent.mkdir(exist_ok=True)

    def run(given: Any) -> Any:
        text = _dumped(given)
        if len(text) > LONGEST_RULES:
            return None  # YAML reads it for a minute; nobody writes rules of this length
        mine.write_text(text, encoding="utf-8")
        return rule_files.rule_file(name, folder)

    return run


def _dumped(given: Any) -> str:
    """As a file: JSON is YAML too, and dumps whatever `bent` made."""
    text = json.dumps(given, ensure_ascii=False, default=str)
    return text.encode("utf-8", "replace").decode()


def _as_yaml(read: Callable[[str], Any]) -> Run:
    return lambda given: read(_dumped(given))


@cache
def _texts(where: str) -> tuple[str, ...]:
    return tuple(p.read_text("utf-8") for p in sorted((REFERENCE / where).glob("*.yaml")))


def _yamls(where: str) -> tuple[Any, ...]:
    return tuple(yaml.safe_load(text) for text in _texts(where))


def _shared(raw: bytes) -> None:
    for text in _texts("sharing"):
        known = mapping_file.read(text)
        try:
            held = records(known, raw)
        except CenterError:
            continue
        for record in held[:20]:
            key_of(known, record)
            try:
                made(known, record)
            except CenterError:
                continue


def _drawn(given: Any) -> None:
    body = NewWarning.model_validate({"colour": "红", "event": "暴雨"})
    body.geometry, body.crs = given, "GCJ02"
    body._geometry()


def _sl651(raw: bytes) -> None:
    splitter, joiner = sl651.Splitter(), sl651.Joiner()
    for part in (raw[: len(raw) // 2], raw[len(raw) // 2 :]):
        for frame in splitter.feed(part):
            whole = joiner.add(frame) if isinstance(frame, sl651.Frame) else None
            if isinstance(whole, sl651.Frame):
                sl651.confirmation(whole, sl651.read_report(whole))
    list(splitter.expire())


def _hj212(raw: bytes) -> None:
    splitter = hj212.Splitter()
    for packet in (*splitter.feed(raw), *splitter.expire()):
        if isinstance(packet, hj212.Packet):
            hj212.readings(packet)
            hj212.response(packet)


def _photo(form: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, form)
    return out.getvalue()
