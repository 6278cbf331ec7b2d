"""Files that are meant to hurt: each is refused by name, within its limits, by a child process."""

from __future__ import annotations

import io
import os
import struct
import sys
import zipfile
import zlib

import pytest
from PIL import Image

from data import confined
from data.errors import Invalid
from data.ingest import cap, sheets
from data.services import pictures


def png_bomb(side: int) -> bytes:
    """A PNG that says it is `side` × `side` pixels, packed into a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        mark = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", mark)

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 4_000_000, 9)
    whole = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + whole


@pytest.mark.parametrize("side", [8_000, 60_000])
def test_a_picture_that_unpacks_to_too_much_is_refused(side):
    """By its pixels, before one is decoded."""
    with pytest.raises(Invalid) as told:
        pictures.made_new(png_bomb(side))
    assert told.value.errors[0]["message"] == "照片的像素太多"


def test_an_honest_picture_comes_out_new_and_a_broken_one_is_named():
    """Through the child: the same picture, without the rest."""
    out = io.BytesIO()
    Image.new("RGB", (3200, 1600), "red").save(out, "JPEG", comment=b"hidden words")
    made = pictures.made_new(out.getvalue())
    assert (made.width, made.height) == (1600, 800)
    assert b"hidden words" not in made.jpeg
    with pytest.raises(Invalid) as told:
        pictures.made_new(out.getvalue()[:200])
    assert told.value.errors[0]["message"] == "照片读不出来"


def test_one_line_of_ten_megabytes_is_refused(tmp_path):
    """A CSV that is one cell."""
    path = tmp_path / "line.csv"
    path.write_bytes("名称,".encode() + b"x" * 10_000_000)
    with pytest.raises(Invalid) as told:
        sheets.read_cells(path)
    assert told.value.errors[0]["message"] == "CSV 格式有误"


def test_zip_bombs_are_refused_unread(tmp_path):
    """A workbook of zeros, and one with thousands of members."""
    for name, members in (("zeros", 1), ("many", 1500)):
        path = tmp_path / f"{name}.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for n in range(members):
                size = 80 * 2**20 if members == 1 else 10
                packed.writestr(f"xl/worksheets/sheet{n}.xml", b"\0" * size)
        with pytest.raises(Invalid) as told:
            sheets.read_cells(path)
        assert told.value.errors[0]["field"] == "file"


def test_a_workbook_that_needs_more_memory_than_it_may_is_cut_off(tmp_path, monkeypatch):
    """The child dies of it, the program goes on."""
    monkeypatch.setattr(sheets, "CHILD_MEMORY_BYTES", 64 * 2**20)
    path = tmp_path / "wide.csv"
    path.write_bytes(b"a,b\n" + b"1234567890,1234567890\n" * 200_000)
    with pytest.raises(Invalid) as told:
        sheets.read_cells(path)
    assert "内存限制" in told.value.errors[0]["message"]


def test_a_child_that_never_ends_is_killed_and_sees_no_secret(monkeypatch):
    """At its time; our own variables are not in its environment."""
    monkeypatch.setenv("HUBEI_SEED_PASSWORD", "secret-of-ours")
    with pytest.raises(confined.OverLimits) as told:
        confined.run("http.server", "0", seconds=1)
    assert told.value.slow
    said = confined.run("tests.unit.test_bombs", seconds=60).decode()
    assert "PATH" in said
    assert "secret-of-ours" not in said
    assert "HUBEI_" not in said


def test_cap_messages_that_hurt_are_refused_before_they_are_built():
    """Too large, too deep, entities that multiply."""
    deep = b"<a>" * 40 + b"</a>" * 40
    laughs = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    for raw, words in ((b"<a>" + b" " * 2_100_000 + b"</a>", "过大"), (deep, "过深"),
                       (laughs, "DTD"), (b"<a>" + b"<b/>" * 21_000 + b"</a>", "过多")):
        with pytest.raises(Invalid) as told:
            cap.parsed(raw)
        assert words in str(told.value.errors)


if __name__ == "__main__":
    sys.stdout.write(str(dict(os.environ)))
