"""Anthropic's messages: plain objects in, plain objects out."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional

from .._objects import get, listed
from .client import AsyncClient
from .toolbox import AsyncToolbox, Call


class AsyncAnthropicTools:
    """An agent's tools for Anthropic's models.

    `tools()` is what to send as `tools`; `handle(message)` carries out what the model asks for, all at once, and gives
    the messages to send next, pictures included.
    """

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

    async def tools(self) -> List[Any]:
        """For `messages.create(tools=…)`."""
        return await self._box.definitions("anthropic")

    async def handle(self, message: Any, *, only: Optional[List[str]] = None) -> List[Any]:
        """Answers the calls in a message with one message of the user; a message without calls with none."""
        calls = [
            Call(get(block, "name"), get(block, "input"), get(block, "id"), get(message, "id"))
            for block in listed(get(message, "content"))
            if get(block, "type") == "tool_use" and (only is None or get(block, "name") in only)
        ]
        if not calls:
            return []
        blocks = []
        for call, outcome in zip(calls, await self._box.call_all(calls)):
            content: List[Dict[str, Any]] = [{"type": "text", "text": outcome.text}]
            for image in outcome.images:
                source = {"type": "base64", "media_type": image["mime_type"], "data": image["data"]}
                content.append({"type": "image", "source": source})
            block: Dict[str, Any] = {"type": "tool_result", "tool_use_id": call.id, "content": content}
            if outcome.is_error:
                block["is_error"] = True
            blocks.append(block)
        return [{"role": "user", "content": blocks}]
