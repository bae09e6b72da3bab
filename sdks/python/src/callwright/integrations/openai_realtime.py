"""OpenAI Realtime: answers the function calls of a session.

    tools = RealtimeTools(agent="Receptionist")
    async with openai.realtime.connect(model="gpt-realtime") as connection:
        await connection.session.update(session={"type": "realtime", "tools": await tools.session_tools()})
        async for event in connection:
            tools.answer(event, connection.send)

Works on what the `openai` package gives and on plain dicts, so on any WebSocket too.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Awaitable, Callable, Coroutine, Dict, List, Mapping, Optional, Set

from .._async.client import AsyncClient
from .._async.toolbox import AsyncToolbox, Call
from .._objects import get, listed

log = logging.getLogger("callwright")
Send = Callable[[Any], Awaitable[Any]]
# The id of the event that asks the model to go on; it stands in an error that refuses it.
ASKED = "callwright_go_on"


class RealtimeTools:
    """An agent's tools for one session of OpenAI's Realtime API."""

    def __init__(
        self,
        *,
        agent: Optional[str] = None,
        client: Optional[AsyncClient] = None,
        context: Optional[Mapping[str, Any]] = None,
        wait: float = 0,
        timeout: Optional[float] = None,
        on_directive: Optional[Callable[[Mapping[str, Any]], Any]] = None,
    ) -> None:
        self._box = AsyncToolbox(
            agent=agent, client=client, context=context, wait=wait, timeout=timeout, on_directive=on_directive
        )
        self._tasks: Set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()
        # The responses that are being made; the model can be asked to go on when there is none.
        self._active: Set[str] = set()
        self._is_owed = False

    async def session_tools(self) -> List[Any]:
        """For the session's `tools`."""
        return [{"type": "function", **each["function"]} for each in await self._box.definitions("openai")]

    async def handle(self, event: Any, *, only: Optional[List[str]] = None) -> List[Any]:
        """The events that answer the calls of a finished response; none for any other event.

        Calls are taken from `response.done`: then it is known that nobody interrupted them, and the model may be asked
        to go on once for all of them. With `only`, calls of other tools are left to the caller; where there are any,
        asking the model to go on (`response.create`) is as well.
        """
        response = get(event, "response")
        if get(event, "type") != "response.done" or get(response, "status") != "completed":
            return []
        asked = [item for item in listed(get(response, "output")) if get(item, "type") == "function_call"]
        calls = [
            Call(get(item, "name"), get(item, "arguments"), get(item, "call_id"), get(response, "id"))
            for item in asked
            if only is None or get(item, "name") in only
        ]
        if not calls:
            return []
        events: List[Dict[str, Any]] = []
        for call, outcome in zip(calls, await self._box.call_all(calls)):
            item = {"type": "function_call_output", "call_id": call.id, "output": outcome.text}
            events.append({"type": "conversation.item.create", "item": item})
        return [*events, {"type": "response.create"}] if len(calls) == len(asked) else events

    def answer(self, event: Any, send: Send, *, only: Optional[List[str]] = None) -> None:
        """The same beside the loop that reads the connection: what answers is sent when it is there.

        Give it every event: a model that is saying something already is asked to go on when it has done so.
        """
        kind, id = get(event, "type"), str(get(get(event, "response"), "id"))
        if kind == "response.created":
            self._active = (self._active | {id}) - {ASKED}
        elif kind == "response.done":
            self._active -= {id, ASKED}
            self._soon(self._answer(event, send, only))
        elif kind == "error" and get(get(event, "error"), "event_id") == ASKED:
            self._active -= {ASKED}
            # Somebody was faster: the person, most likely.
            if get(get(event, "error"), "code") == "conversation_already_has_active_response":
                self._is_owed = True

    def _soon(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, event: Any, send: Send, only: Optional[List[str]]) -> None:
        try:
            events = await self.handle(event, only=only)
            async with self._sending:
                for each in events:
                    if each["type"] == "response.create":
                        self._is_owed = True
                    else:
                        await send(each)
            await self._go_on(send)
        except Exception:  # The connection is gone, most likely; whoever reads it notices.
            log.exception("the answer to a function call could not be sent")

    async def _go_on(self, send: Send) -> None:
        async with self._sending:
            if self._is_owed and not self._active:
                self._is_owed = False
                self._active.add(ASKED)
                await send({"type": "response.create", "event_id": ASKED})
