"""HTTP as it is spoken on a connection: a parser in C, with an end to everything."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 65_536  # bytes; a browser's is a hundredth of that


class Protocol(HttpToolsProtocol):
    """uvicorn's own, which waits for ever for the end of a head, a trailer or a chunk's extension.

    Between the end of a head, pieces of a body and the end of a message `LARGEST_HEAD` bytes may
    come (and what one read of the connection brings); after more of them the connection ends.
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._between = 0

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        self._between += len(data)
        super().data_received(data)
        if self._between > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("Header too long.")

    def on_headers_complete(self) -> None:
        """A head has come whole."""
        self._between = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body has come."""
        self._between = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request has come whole."""
        self._between = 0
        super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Clients offer HTTP/2 with every request: no line of the log for each."""
