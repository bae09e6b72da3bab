"""Talking to an agent over the conversation socket."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
import time
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Dict, List, Optional, Set, Tuple, Union
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from . import _plain, _policy, errors
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
# How long the end waits for the line's goodbye, and for callbacks that are still at work when this program ends it.
GOODBYE = 2.0
LEAVING = 3.0
# What the server takes in one frame, with room for what stands around; of somebody without a token or an address.
MOST_SENT = 12 * 1024 * 1024 - 4096
MOST_SENT_OF_STRANGER = 2 * 1024 * 1024 - 4096
# More values than this are too many for one frame.
MOST_VALUES = 20_000
# Answers of client tools that are kept, should the server ask for them once more.
MOST_ANSWERS = 1000
MOST_ANSWERED = 32 * 1024 * 1024
# What has happened and was not told yet; more of it and the line waits.
MOST_UNTOLD = 1000


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
    tools that still wait are called again under their old ids, once each. Handlers that are coroutine functions run on
    the program's own event loop, unless `client_tools` say another.
    """

    # Whether coroutine functions among the handlers want a loop beside that of the conversation.
    _own_loop = False

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
        self._telling: Optional[asyncio.Task[None]] = None
        self._untold: "asyncio.Queue[Optional[Tuple[Optional[Callback], Any]]]"
        self._is_connected: asyncio.Event
        self._is_leaving = False
        self._holds_tools = False
        # By the calls' ids: the frame that answers, none as long as there is none.
        self._answers: Dict[str, Optional[str]] = {}
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
        self._untold, self._is_connected = asyncio.Queue(MOST_UNTOLD), asyncio.Event()
        self.client_tools.hold(own_loop=self._own_loop)
        self._holds_tools = True
        try:
            self._socket = await self._connect()
        except BaseException:
            self._let_go()
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
        task = self._task
        # A callback must not wait for the end, which waits for it.
        if task is None or asyncio.current_task() in (task, self._telling):
            return
        if not self._is_connected.is_set() and self._end is None:
            task.cancel()
        await asyncio.wait([task], timeout=LEAVING)
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=LEAVING)

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
        await self._send(
            {"type": "feedback", "event_id": self._last_event if event_id is None else event_id, "score": score}
        )

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
            socket = await _Connect(
                url, additional_headers=headers, max_size=MOST_BYTES, open_timeout=HANDSHAKE, close_timeout=GOODBYE
            )
        except InvalidURI as error:
            raise CallwrightError("the address of a conversation must begin with ws:// or wss://") from error
        except InvalidStatus as error:
            raise _refusal(error) from error
        except (OSError, InvalidHandshake, TimeoutError, asyncio.TimeoutError) as error:
            raise ConnectionFailed(f"the socket could not be opened: {error}", sent=False) from error
        try:
            await socket.send(_plain.text(self.options.frame()))
            first = json.loads(await asyncio.wait_for(socket.recv(), HANDSHAKE))
            if not isinstance(first, dict):
                raise ConnectionFailed("the server does not speak the protocol of conversations")
            if first.get("type") == "error":
                told = first.get("error_event", {})
                kind = str(told.get("error_type") or "error")
                raise errors.InvalidRequest(400, kind, str(told.get("message") or kind))
            event = first["conversation_initiation_metadata_event"]
            self.conversation_id = event["conversation_id"]
            self._word = event.get("reconnect_token") or self._word
        except (ConnectionClosed, asyncio.TimeoutError, TimeoutError, KeyError, TypeError, ValueError) as error:
            self._close_soon(socket)
            raise ConnectionFailed(f"the conversation could not be begun: {error}") from error
        except BaseException:
            # Whoever gives up a beginning leaves no open line, and no conversation that nobody holds.
            self._close_soon(socket)
            raise
        return socket

    def _close_soon(self, socket: Optional[ClientConnection]) -> None:
        if socket is not None and socket.close_code is None:
            self._keep(asyncio.ensure_future(socket.close(1000, "goodbye")))

    def _keep(self, task: "asyncio.Future[None]") -> None:
        """A task that nobody waits for must be held by somebody."""
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _carry(self) -> None:
        """Reads until the end, over as many connections as it takes."""
        self._telling = asyncio.create_task(self._tell_all())
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
            self._close_soon(self._socket)
            self._let_go()
            await self._tell_the_end(self._telling, self._end)

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
        # 1008: the server wants no more of it; 1009: what was sent is too large, and would be so again. Anything else
        # is the line, or a server that goes down.
        return Disconnected("error" if code in (1008, 1009) else "lost", code, reason)

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
            await self._tell(self._on_reconnect, self.conversation_id)
            return None
        return Disconnected("error", None, "the connection could not be made again")

    async def _hear(self, frame: Dict[str, Any]) -> None:
        kind = frame.get("type")
        if kind == "ping":
            await self._send_now(json.dumps({"type": "pong", "event_id": frame["ping_event"]["event_id"]}))
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
        """Hands a call to the client tools, once. What the server offers again, it has no answer to: that was lost."""
        id = str(call["tool_call_id"])
        if id in self._answers:
            frame = self._answers[id]
            if frame is not None:
                self._keep(asyncio.ensure_future(self._send_now(frame)))
            return
        self._answers[id] = None
        if len(self._answers) > MOST_ANSWERS:
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
            where = None if self._own_loop else loop
            self.client_tools.execute_tool(str(call["tool_name"]), parameters, answer, where)
        except RuntimeError as error:
            answer({"type": "client_tool_result", "tool_call_id": id, "result": str(error), "is_error": True})

    def _answer(self, id: str, frame: Dict[str, Any]) -> None:
        if self._end is not None:
            return
        text = self._fitting(frame)
        self._answers[id] = text
        kept = 0
        for old in reversed(list(self._answers)):
            kept += len(self._answers[old] or "")
            if kept > MOST_ANSWERED and old != id:
                # The server has had it long since, or the line was away for very long.
                self._answers[old] = None
        if self._is_connected.is_set():
            self._keep(asyncio.ensure_future(self._send_now(text)))

    def _fitting(self, frame: Dict[str, Any]) -> str:
        """An answer as a text; one that the server would not take is replaced by words that say so."""
        text = json.dumps(frame)
        values = sum(map(text.count, ",[{"))
        most = MOST_SENT if self._token or "conversation_signature=" in self._url else MOST_SENT_OF_STRANGER
        if len(text) <= most and (values <= MOST_VALUES or _values(text) <= MOST_VALUES):
            return text
        size = f"{len(text)} bytes of at most {most}" if len(text) > most else f"more than {MOST_VALUES} values"
        done = "failed" if frame["is_error"] else "was carried out"
        return json.dumps({**frame, "result": f"The tool {done}, but its result is too large to be told: {size}."})

    async def _send(self, frame: Dict[str, Any]) -> None:
        """Sends what a person does; while the connection is made again, it waits for that."""
        text = _plain.text(frame)
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
                await self._socket.send(text)
                return
            except ConnectionClosed:
                self._is_connected.clear()

    async def _send_now(self, text: str) -> None:
        """Sends what only has sense now, or is sent again on the next connection."""
        try:
            if self._socket is not None:
                await self._socket.send(text)
        except ConnectionClosed:
            pass

    async def _tell(self, callback: Optional[Callback], what: Any) -> None:
        """Callbacks are told in order, beside the line: pings and answers do not wait for one that takes its time."""
        if callback is not None:
            await self._untold.put((callback, what))

    async def _tell_all(self) -> None:
        while True:
            told = await self._untold.get()
            if told is None:
                return
            await _tell(*told)

    async def _tell_the_end(self, telling: "asyncio.Task[None]", end: Disconnected) -> None:
        try:
            await self._untold.put((self._on_end, end))
            await self._untold.put(None)
            await asyncio.wait([telling])
        except asyncio.CancelledError:
            # This program ends it, and a callback does not come to an end.
            telling.cancel()
            last = asyncio.ensure_future(_tell(self._on_end, end))
            await asyncio.wait([telling, last], timeout=GOODBYE)

    def _let_go(self) -> None:
        if self._holds_tools:
            self._holds_tools = False
            self.client_tools.release()


class _Connect(connect):
    """A connection that follows nobody elsewhere: the token is for this server."""

    def process_redirect(self, exc: Exception) -> Union[Exception, str]:
        return exc


async def _tell(callback: Optional[Callback], what: Any) -> None:
    if callback is None:
        return
    try:
        done = callback(what)
        if inspect.isawaitable(done):
            await done
    except Exception:  # The program's own fault must not end the conversation.
        log.exception("a callback of a conversation has failed")


def _values(text: str) -> int:
    """How many values the server counts in a frame: not what stands within texts."""
    return sum(map(re.sub(r'"(?:[^"\\]|\\.)*"', "", text).count, ",[{"))


def _refusal(error: InvalidStatus) -> errors.ApiError:
    response = error.response
    headers: List[Tuple[str, str]] = list(response.headers.raw_items())
    try:
        body = json.loads(response.body or b"")
    except ValueError:
        body = None
    return errors.from_answer(response.status_code, body, {name.lower(): value for name, value in headers})
