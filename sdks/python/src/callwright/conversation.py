"""Talking to an agent over the conversation socket."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import time
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Dict, List, Optional, Set, Tuple, Union
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from . import _policy, errors
from ._version import __version__
from .client_tools import ClientTools
from .errors import CallwrightError, ConnectionFailed

Callback = Callable[[Any], Union[Awaitable[None], None]]
log = logging.getLogger("callwright")
PATH = "/v1/convai/conversation"
MOST_BYTES = 16 * 1024 * 1024
HANDSHAKE = 15.0
# The server keeps a conversation for two minutes when its client is gone.
COME_BACK_WITHIN = 120.0
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Disconnected:
    """How a conversation ended."""

    reason: str
    """`user` (this program ended it), `agent` (the server did) or `error`."""
    code: Optional[int] = None
    message: str = ""


@dataclass
class Options:
    """What is said when a conversation begins."""

    dynamic_variables: Dict[str, Any] = field(default_factory=dict)
    overrides: Dict[str, Any] = field(default_factory=dict)
    """`conversation_config_override`: `{"agent": {"language": "de"}}`; the agent must allow it."""
    user_id: Optional[str] = None
    extra_body: Dict[str, Any] = field(default_factory=dict)

    def frame(self) -> Dict[str, Any]:
        said: Dict[str, Any] = {
            "type": "conversation_initiation_client_data",
            "custom_llm_extra_body": self.extra_body,
            "conversation_config_override": {"text_only": True, **self.overrides},
            "dynamic_variables": self.dynamic_variables,
            "source_info": {"source": "callwright_python", "version": __version__},
        }
        if self.user_id is not None:
            said["user_id"] = self.user_id
        return said


class AsyncConversation:
    """A conversation with an agent, awaited.

    `on_message` is given each whole answer of the agent, `on_event` every frame. A connection that breaks is made again
    for up to two minutes, and the conversation goes on: nothing that the agent said meanwhile is missed, and client
    tools that still wait are called again under their old ids, once each.
    """

    def __init__(
        self,
        agent_id: Optional[str] = None,
        *,
        base_url: Optional[str] = None,
        token: Optional[str] = None,
        signed_url: Optional[str] = None,
        client_tools: Optional[ClientTools] = None,
        options: Optional[Options] = None,
        reconnect: bool = True,
        on_message: Optional[Callback] = None,
        on_part: Optional[Callback] = None,
        on_correction: Optional[Callback] = None,
        on_tool: Optional[Callback] = None,
        on_control: Optional[Callback] = None,
        on_error: Optional[Callback] = None,
        on_event: Optional[Callback] = None,
        on_reconnect: Optional[Callback] = None,
        on_end: Optional[Callback] = None,
    ) -> None:
        if agent_id is None and signed_url is None:
            raise ValueError("`agent_id` or `signed_url` must be given")
        if signed_url is not None:
            self._url, self._token = signed_url, None
        else:
            base, self._token = _policy.settings(base_url, token)
            self._url = f"ws{base[4:]}{PATH}?{urlencode({'agent_id': agent_id})}"
        self.client_tools = client_tools or ClientTools()
        self.options = options or Options()
        self.reconnect = reconnect
        self.conversation_id: Optional[str] = None
        self._callbacks: Dict[str, Optional[Callback]] = {
            "agent_response": on_message,
            "agent_chat_response_part": on_part,
            "agent_response_correction": on_correction,
            "agent_tool_response": on_tool,
            "call_control": on_control,
            "error": on_error,
        }
        self._on_event, self._on_reconnect, self._on_end = on_event, on_reconnect, on_end
        self._word = ""
        self._socket: Optional[ClientConnection] = None
        self._task: Optional[asyncio.Task[None]] = None
        self._is_connected = asyncio.Event()
        self._is_leaving = False
        self._own_tools = False
        self._answers: Dict[str, Optional[Dict[str, Any]]] = {}
        self._sending: Set["asyncio.Future[None]"] = set()
        self._last_event = 0
        self._end: Optional[Disconnected] = None
        self._loop: Optional[asyncio.AbstractEventLoop] = None

    # Beginning and end.

    async def start_session(self) -> str:
        """Connects, and gives the conversation's id once the server has said it."""
        if self._task is not None:
            raise CallwrightError("this conversation has begun already")
        self._loop = asyncio.get_running_loop()
        if not self.client_tools.is_running:
            self.client_tools.start()
            self._own_tools = True
        try:
            self._socket = await self._connect()
        except BaseException:
            self._stop_tools()
            raise
        self._is_connected.set()
        self._task = asyncio.create_task(self._carry())
        assert self.conversation_id is not None
        return self.conversation_id

    async def end_session(self) -> None:
        """Says goodbye. The conversation cannot be gone on with after that."""
        self._is_leaving = True
        if self._socket is not None:
            await self._socket.close(1000, "goodbye")
        if self._task is not None and self._task is not asyncio.current_task():
            if self._socket is None or not self._is_connected.is_set():
                self._task.cancel()
            await asyncio.wait([self._task])

    async def wait_for_session_end(self) -> Optional[str]:
        """Waits until the conversation has ended, however, and gives its id."""
        if self._task is not None:
            await asyncio.wait([self._task])
        return self.conversation_id

    @property
    def ended(self) -> Optional[Disconnected]:
        """How it ended; none as long as it goes on."""
        return self._end

    async def __aenter__(self) -> AsyncConversation:
        await self.start_session()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.end_session()

    # What a person does.

    async def send_user_message(self, text: str) -> None:
        await self._send({"type": "user_message", "text": text})

    async def send_contextual_update(self, text: str) -> None:
        """Tells the agent something without asking for an answer."""
        await self._send({"type": "contextual_update", "text": text})

    async def register_user_activity(self) -> None:
        await self._send({"type": "user_activity"})

    async def send_feedback(self, liked: Optional[bool], event_id: Optional[int] = None) -> None:
        """What the person thinks of an answer, the last one unless said otherwise; none takes it back."""
        score = None if liked is None else "like" if liked else "dislike"
        await self._send({"type": "feedback", "event_id": event_id or self._last_event, "score": score})

    # The wire.

    async def _connect(self) -> ClientConnection:
        url = self._url
        if self.conversation_id is not None:
            parts = urlsplit(url)
            # A signed address is good for one beginning; the word that the conversation began with is good from then.
            said = [pair for pair in parse_qsl(parts.query) if pair[0] != "conversation_signature"]
            said += [("conversation_id", self.conversation_id), ("reconnect_token", self._word)]
            url = urlunsplit(parts._replace(query=urlencode(said)))
        headers = {"xi-api-key": self._token} if self._token else {}
        try:
            socket = await connect(url, additional_headers=headers, max_size=MOST_BYTES, open_timeout=HANDSHAKE)
        except InvalidStatus as error:
            raise _refusal(error) from error
        except (OSError, InvalidHandshake, TimeoutError, asyncio.TimeoutError) as error:
            raise ConnectionFailed(f"the socket could not be opened: {error}") from error
        try:
            await socket.send(json.dumps(self.options.frame()))
            first = json.loads(await asyncio.wait_for(socket.recv(), HANDSHAKE))
            if first.get("type") == "error":
                told = first.get("error_event", {})
                kind = str(told.get("error_type") or "error")
                raise errors.InvalidRequest(400, kind, str(told.get("message") or kind))
            event = first["conversation_initiation_metadata_event"]
            self.conversation_id = event["conversation_id"]
            self._word = event.get("reconnect_token") or self._word
        except (ConnectionClosed, asyncio.TimeoutError, TimeoutError, KeyError, ValueError) as error:
            await socket.close()
            raise ConnectionFailed(f"the conversation could not be begun: {error}") from error
        except errors.ApiError:
            await socket.close()
            raise
        return socket

    async def _carry(self) -> None:
        """Reads until the end, over as many connections as it takes."""
        try:
            while True:
                assert self._socket is not None
                ended = await self._read(self._socket)
                self._is_connected.clear()
                if self._is_leaving:
                    ended = Disconnected("user", 1000)
                if ended.reason != "lost" or not self.reconnect:
                    self._end = ended if ended.reason != "lost" else Disconnected("error", ended.code, ended.message)
                    return
                again = await self._come_back()
                if again is not None:
                    self._end = again
                    return
        except asyncio.CancelledError:
            self._end = self._end or Disconnected("user", 1000)
        finally:
            self._end = self._end or Disconnected("error")
            self._is_connected.clear()
            self._stop_tools()
            await self._tell(self._on_end, self._end)

    async def _read(self, socket: ClientConnection) -> Disconnected:
        try:
            async for text in socket:
                try:
                    await self._hear(json.loads(text))
                except (AttributeError, KeyError, TypeError, ValueError):
                    log.warning("a frame of the server could not be read", exc_info=True)
        except ConnectionClosed:
            pass
        code, reason = socket.close_code, socket.close_reason or ""
        if code == 1000:
            return Disconnected("agent", code, reason)
        # 1008: the server wants no more of it. Anything else is the line, or a server that goes down.
        return Disconnected("error" if code == 1008 else "lost", code, reason)

    async def _come_back(self) -> Optional[Disconnected]:
        until, tries = time.monotonic() + COME_BACK_WITHIN, 0
        while time.monotonic() < until:
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1
            try:
                self._socket = await self._connect()
            except errors.ApiError as error:
                if error.status in (429, 502, 503, 504):
                    continue
                return Disconnected("agent" if error.status == 410 else "error", error.status, error.message)
            except ConnectionFailed:
                continue
            self._is_connected.set()
            # What this program has answered on the old connection may not have arrived; the first answer counts.
            for frame in [frame for frame in self._answers.values() if frame is not None]:
                await self._send_now(frame)
            await self._tell(self._on_reconnect, self.conversation_id)
            return None
        return Disconnected("error", None, "the connection could not be made again")

    async def _hear(self, frame: Dict[str, Any]) -> None:
        kind = frame.get("type")
        if kind == "ping":
            await self._send_now({"type": "pong", "event_id": frame["ping_event"]["event_id"]})
        elif kind == "client_tool_call":
            self._call(frame["client_tool_call"])
        await self._tell(self._on_event, frame)
        callback = self._callbacks.get(str(kind))
        if kind == "agent_response":
            event = frame["agent_response_event"]
            self._last_event = event.get("event_id") or self._last_event
            await self._tell(callback, event["agent_response"])
        elif kind == "agent_chat_response_part":
            await self._tell(callback, frame["text_response_part"])
        elif kind == "agent_response_correction":
            await self._tell(callback, frame["agent_response_correction_event"])
        elif kind == "agent_tool_response":
            await self._tell(callback, frame["agent_tool_response"])
        elif kind == "call_control":
            await self._tell(callback, frame["call_control"])
        elif kind == "error":
            await self._tell(callback, frame["error_event"])

    def _call(self, call: Dict[str, Any]) -> None:
        """Hands a call to the client tools, once: who comes back is offered again what is not answered yet."""
        id = str(call["tool_call_id"])
        if id in self._answers:
            return
        self._answers[id] = None
        if len(self._answers) > 1000:
            del self._answers[next(iter(self._answers))]
        wants = call.get("expects_response", True)
        parameters = {**(call.get("parameters") or {}), "tool_call_id": id}
        loop = self._loop
        assert loop is not None

        def answer(frame: Dict[str, Any]) -> None:
            # An answer that comes when the conversation is over belongs to nobody.
            if wants and not loop.is_closed():
                loop.call_soon_threadsafe(self._answer, id, frame)

        try:
            self.client_tools.execute_tool(str(call["tool_name"]), parameters, answer)
        except RuntimeError as error:
            answer({"type": "client_tool_result", "tool_call_id": id, "result": str(error), "is_error": True})

    def _answer(self, id: str, frame: Dict[str, Any]) -> None:
        self._answers[id] = frame
        if self._is_connected.is_set():
            task = asyncio.ensure_future(self._send_now(frame))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, frame: Dict[str, Any]) -> None:
        """Sends what a person does; while the connection is made again, it waits for that."""
        while True:
            if self._task is None or self._task.done():
                raise CallwrightError("the conversation has ended" if self._task else "the conversation has not begun")
            if not self._is_connected.is_set():
                waiting = asyncio.ensure_future(self._is_connected.wait())
                await asyncio.wait([waiting, self._task], return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                continue
            assert self._socket is not None
            try:
                await self._socket.send(json.dumps(frame))
                return
            except ConnectionClosed:
                self._is_connected.clear()

    async def _send_now(self, frame: Dict[str, Any]) -> None:
        """Sends what only has sense now, or is sent again on the next connection."""
        try:
            if self._socket is not None:
                await self._socket.send(json.dumps(frame))
        except ConnectionClosed:
            pass

    async def _tell(self, callback: Optional[Callback], what: Any) -> None:
        if callback is None:
            return
        try:
            done = callback(what)
            if inspect.isawaitable(done):
                await done
        except Exception:  # The program's own fault must not end the conversation.
            log.exception("a callback of a conversation has failed")

    def _stop_tools(self) -> None:
        if self._own_tools:
            self._own_tools = False
            self.client_tools.stop()


def _refusal(error: InvalidStatus) -> errors.ApiError:
    response = error.response
    headers: List[Tuple[str, str]] = list(response.headers.raw_items())
    try:
        body = json.loads(response.body or b"")
    except ValueError:
        body = None
    return errors.from_answer(response.status_code, body, {name.lower(): value for name, value in headers})
