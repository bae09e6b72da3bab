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
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, Set

from .._async.client import AsyncClient
from .._async.toolbox import AsyncToolbox, Call
from .._objects import get, listed

log = logging.getLogger("callwright")
Send = Callable[[Any], Awaitable[Any]]


class RealtimeTools:
    """An agent's tools for sessions of OpenAI's Realtime API."""

    def __init__(
        self,
        *,
        agent: Optional[str] = None,
        client: Optional[AsyncClient] = None,
        context: Optional[Mapping[str, Any]] = None,
        wait: float = 0,
        on_directive: Optional[Callable[[Mapping[str, Any]], Any]] = None,
    ) -> None:
        self._box = AsyncToolbox(agent=agent, client=client, context=context, wait=wait, on_directive=on_directive)
        self._tasks: Set[asyncio.Task[None]] = set()

    async def session_tools(self) -> List[Dict[str, Any]]:
        """For the session's `tools`."""
        return [{"type": "function", **each["function"]} for each in await self._box.definitions("openai")]

    async def handle(self, event: Any, *, only: Optional[List[str]] = None) -> List[Dict[str, Any]]:
        """The events that answer the calls of a finished response; none for any other event.

        Calls are taken from `response.done`: then it is known that nobody interrupted them, and the model may be asked
        to go on once for all of them.
        """
        response = get(event, "response")
        if get(event, "type") != "response.done" or get(response, "status") != "completed":
            return []
        calls = [
            Call(get(item, "name"), get(item, "arguments"), get(item, "call_id"))
            for item in listed(get(response, "output"))
            if get(item, "type") == "function_call" and (only is None or get(item, "name") in only)
        ]
        if not calls:
            return []
        events: List[Dict[str, Any]] = []
        for call, outcome in zip(calls, await self._box.call_all(calls)):
            item = {"type": "function_call_output", "call_id": call.id, "output": outcome.text}
            events.append({"type": "conversation.item.create", "item": item})
        return [*events, {"type": "response.create"}]

    def answer(self, event: Any, send: Send, *, only: Optional[List[str]] = None) -> None:
        """The same beside the loop that reads the connection: what answers is sent when it is there."""
        if get(event, "type") == "response.done":
            task = asyncio.get_running_loop().create_task(self._answer(event, send, only))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, event: Any, send: Send, only: Optional[List[str]]) -> None:
        try:
            for each in await self.handle(event, only=only):
                await send(each)
        except Exception:  # The connection is gone, most likely; whoever reads it notices.
            log.exception("the answer to a function call could not be sent")
