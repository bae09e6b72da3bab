"""OpenAI's chat completions and Responses: plain objects in, plain objects out."""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Optional

from .._objects import get, listed
from .client import AsyncClient
from .toolbox import AsyncToolbox, Call


class AsyncOpenAITools:
    """An agent's tools for OpenAI's models.

    `chat()` and `responses()` are what to send as `tools`; `handle(answer)` carries out what the model asks for, all at
    once, and gives the messages (or items) to send next.
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
        strict: bool = False,
    ) -> None:
        self._box = AsyncToolbox(
            agent=agent, client=client, context=context, wait=wait, timeout=timeout, on_directive=on_directive
        )
        self._strict = strict

    async def chat(self) -> List[Any]:
        """For `chat.completions.create(tools=…)`."""
        return await self._box.definitions("openai_strict" if self._strict else "openai")

    async def responses(self) -> List[Any]:
        """For `responses.create(tools=…)`."""
        return [
            {"type": "function", "parameters": None, "strict": False, **each["function"]} for each in await self.chat()
        ]

    async def handle(self, answer: Any, *, only: Optional[List[str]] = None) -> List[Any]:
        """Answers the calls in a completion, a message or a response, in the form that it has; none, no answers.

        With `only`, calls of other tools are left to the caller.
        """
        items = [item for item in listed(get(answer, "output")) if get(item, "type") == "function_call"]
        if items:
            items = [item for item in items if only is None or get(item, "name") in only]
            id = get(answer, "id")
            calls = [Call(get(item, "name"), get(item, "arguments"), get(item, "call_id"), id) for item in items]
            outcomes = await self._box.call_all(calls)
            return [
                {"type": "function_call_output", "call_id": call.id, "output": outcome.text}
                for call, outcome in zip(calls, outcomes)
            ]
        choices = listed(get(answer, "choices"))
        message = get(choices[0], "message") if choices else answer
        calls, id = [], get(answer, "id") if choices else None
        for call in listed(get(message, "tool_calls")):
            function = get(call, "function")
            if function is not None and (only is None or get(function, "name") in only):
                calls.append(Call(get(function, "name"), get(function, "arguments"), get(call, "id"), id))
        outcomes = await self._box.call_all(calls)
        return [
            {"role": "tool", "tool_call_id": call.id, "content": outcome.text} for call, outcome in zip(calls, outcomes)
        ]
