"""A camera for the tests: a picture and an HLS stream made by ffmpeg, served on a free port."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

SEGMENT_S = 2


def needs_ffmpeg() -> str:
    """The program's path; skips the test by name where there is none."""
    found = shutil.which("ffmpeg")
    if found is None:
        pytest.skip("no ffmpeg found: install 'ffmpeg'")
    return found


def make_still(folder: Path, name: str = "still.jpg") -> Path:
    """A JPEG test picture."""
    file = folder / name
    source = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=1"]
    _run([*source, "-frames:v", "1", str(file)])
    return file


def make_stream(folder: Path, name: str = "live.m3u8", seconds: int = 6) -> Path:
    """An HLS stream of a moving test picture, without its end, as a camera writes it."""
    file = folder / name
    source = ["-f", "lavfi", "-i", f"testsrc2=size=640x360:rate=10:duration={seconds}"]
    _run([
        *source, "-c:v", "libx264", "-preset", "ultrafast", "-g", "20", "-pix_fmt", "yuv420p",
        "-hls_time", str(SEGMENT_S), "-hls_flags", "omit_endlist", "-hls_list_size", "0",
        str(file),
    ])  # fmt: skip
    return file


def dated(playlist: Path, newest: datetime) -> None:
    """Give the playlist wall-clock times, its last piece ending at an instant."""
    lines = [x for x in playlist.read_text().splitlines() if "PROGRAM-DATE" not in x]
    pieces = sum(x.startswith("#EXTINF") for x in lines)
    start = newest - timedelta(seconds=SEGMENT_S * pieces)
    made, number = [], 0
    for line in lines:
        if line.startswith("#EXTINF"):
            at = start + timedelta(seconds=SEGMENT_S * number)
            made.append(f"#EXT-X-PROGRAM-DATE-TIME:{at.isoformat()}")
            number += 1
        made.append(line)
    playlist.write_text("\n".join(made) + "\n")


def now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


def _run(arguments: list[str]) -> None:
    command = [needs_ffmpeg(), "-hide_banner", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


class _Handler(SimpleHTTPRequestHandler):
    """Files of a folder, and a few answers no honest camera gives."""

    extensions_map: ClassVar = {
        **SimpleHTTPRequestHandler.extensions_map, ".m3u8": "application/x-mpegURL",
    }  # fmt: skip

    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("location", "http://169.254.169.254/latest/")
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                return
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def camera_host(folder: Path) -> Iterator[str]:
    """A host that serves a folder; yields host:port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
