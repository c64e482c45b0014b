"""A proxy between hub and node that does something to the node in the middle of an answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import closing, suppress


class CuttingProxy:
    """Forwards TCP to ``target``; calls ``cut`` once ``marker`` has come back and no byte of the body after it."""

    def __init__(self, port: int, target: int, marker: bytes, cut: Callable[[], None]) -> None:
        self._target = target
        self._marker = marker
        self._cut = cut
        self._listener = socket.create_server(("127.0.0.1", port))
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def stop_cutting(self) -> None:
        """Only forward from now on."""
        self._marker = b""

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client), suppress(OSError), closing(socket.create_connection(("127.0.0.1", self._target))) as node:
            threading.Thread(target=self._pump, args=(client, node), daemon=True).start()
            self._back(node, client)
            # Closing alone would wait for the thread that still reads: the other side would see no end.
            client.shutdown(socket.SHUT_RDWR)
            node.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)

    def _back(self, node: socket.socket, client: socket.socket) -> None:
        seen = b""
        while piece := node.recv(2048):
            seen += piece
            place = seen.lower().find(self._marker)
            if self._marker and place >= 0:
                client.sendall(piece[: max(1, len(piece) // 2)])
                self.cuts += 1
                self._cut()
                return
            client.sendall(piece)
