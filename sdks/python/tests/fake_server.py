"""Servers that answer what a test says, over HTTP and over the socket of conversations."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, List, NamedTuple, Union

from websockets.asyncio.server import ServerConnection, serve


class Asked(NamedTuple):
    method: str
    path: str
    headers: Dict[str, str]
    body: Any


Pieces = Union[bytes, List[Union[bytes, float]]]
Reply = "tuple[int, Dict[str, str], Pieces]"


class Http:
    """Answers with what a function gives: status, headers, and a body; a number among its pieces is a pause."""

    def __init__(self, answer: Callable[[Asked], Any]) -> None:
        self.asked: List[Asked] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.path, headers, json.loads(body) if body else None)
                owner.asked.append(asked)
                status, more, pieces = answer(asked)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("connection", "close")
                self.end_headers()
                try:
                    for piece in [pieces] if isinstance(pieces, bytes) else pieces:
                        if isinstance(piece, bytes):
                            self.wfile.write(piece)
                            self.wfile.flush()
                        else:
                            time.sleep(piece)
                except OSError:
                    pass
                self.close_connection = True

            do_GET = do_POST = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


JSON = {"content-type": "application/json"}
STREAM = {"content-type": "text/event-stream"}


def done(data: Any = None, **more: Any) -> Any:
    """The answer to a call that worked."""
    answer = {"execution_id": "exec_1", "tool": "x", "state": "done", "success": True, "data": data, **more}
    return 200, JSON, json.dumps(answer).encode()


def event(name: str, data: Any, id: Any = None) -> bytes:
    """A server-sent event as our server writes it: what JSON need not escape is not escaped."""
    number = f"id: {id}\n" if id is not None else ""
    return f"event: {name}\n{number}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def run(state: str, **more: Any) -> bytes:
    return event("run", {"type": "run", "run": {"id": "run_1", "state": state, **more}})


def delta(text: str) -> bytes:
    return event("delta", {"type": "delta", "text": text})


def message(seq: int, text: str) -> bytes:
    said = {"seq": seq, "role": "assistant", "text": text}
    return event("message", {"type": "message", "message": said}, seq)


class Socket:
    """One connection of a conversation, its beginning done."""

    def __init__(self, connection: ServerConnection, number: int) -> None:
        self.connection, self.number = connection, number

    async def say(self, frame: Dict[str, Any]) -> None:
        await self.connection.send(json.dumps(frame))

    async def call(self, name: str, id: str = "tick_1", **parameters: Any) -> None:
        call = {"tool_name": name, "tool_call_id": id, "parameters": parameters}
        await self.say({"type": "client_tool_call", "client_tool_call": call})

    async def heard(self, kind: str = "client_tool_result", within: float = 10) -> Dict[str, Any]:
        async def wanted() -> Dict[str, Any]:
            while True:
                frame: Dict[str, Any] = json.loads(await self.connection.recv())
                if frame["type"] == kind:
                    return frame

        return await asyncio.wait_for(wanted(), within)

    def cut(self) -> None:
        self.connection.transport.abort()


class Conversations:
    """Holds conversations as a coroutine says that is given each connection, from the first to the last."""

    def __init__(self, converse: Callable[[Socket], Awaitable[None]]) -> None:
        self.converse = converse
        self.sockets: List[Socket] = []
        self.closed: List[Any] = []
        self.url = ""
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        assert ready.wait(10)

    async def _serve(self, ready: threading.Event) -> None:
        async with serve(self._handle, "127.0.0.1", 0, max_size=None) as server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            ready.set()
            await asyncio.get_running_loop().create_future()

    async def _handle(self, connection: ServerConnection) -> None:
        socket = Socket(connection, len(self.sockets))
        self.sockets.append(socket)
        try:
            await connection.recv()
            told = {"conversation_id": "conv_1", "reconnect_token": "word"}
            await socket.say(
                {"type": "conversation_initiation_metadata", "conversation_initiation_metadata_event": told}
            )
            await self.converse(socket)
        finally:
            await connection.wait_closed()
            self.closed.append(connection.close_code)


async def until(true: Callable[[], Any], within: float = 10) -> None:
    for _ in range(int(within / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


async def frames(socket: Socket, seconds: float) -> List[Dict[str, Any]]:
    """What the client says within some time."""

    async def all_of_them() -> AsyncIterator[Dict[str, Any]]:
        while True:
            yield json.loads(await socket.connection.recv())

    heard: List[Dict[str, Any]] = []

    async def gather() -> None:
        async for frame in all_of_them():
            heard.append(frame)

    try:
        await asyncio.wait_for(gather(), seconds)
    except (asyncio.TimeoutError, TimeoutError):
        pass
    return heard
