"""LangChain: an agent's tools as `BaseTool`s.

    model = init_chat_model(…)
    answer = create_agent(model, tools=tools(agent="Helper")).invoke({"messages": [("user", "…")]})

Needs `callwright[langchain]`; tried with langchain-core 1.8.3 and langchain 1.5.2.
"""

from __future__ import annotations

import uuid
from contextvars import ContextVar
from typing import Any, Callable, List, Mapping, Optional

from langchain_core.tools import BaseTool, ToolException
from pydantic import PrivateAttr

from .._sync.client import Client
from .._sync.toolbox import Toolbox

_call_id: ContextVar[Optional[str]] = ContextVar("callwright_call_id", default=None)


def tools(
    *,
    agent: Optional[str] = None,
    client: Optional[Client] = None,
    context: Optional[Mapping[str, Any]] = None,
    wait: float = 0,
    timeout: Optional[float] = None,
    on_directive: Optional[Callable[[Mapping[str, Any]], Any]] = None,
) -> List[BaseTool]:
    """The tools of an agent, or all that the token may call. What fails is a tool message with the status `error`."""
    box = Toolbox(agent=agent, client=client, context=context, wait=wait, timeout=timeout, on_directive=on_directive)
    made: List[BaseTool] = []
    for definition in box.definitions("openai"):
        function = definition["function"]
        tool = CallwrightTool(
            name=function["name"],
            description=function.get("description", ""),
            args_schema=function.get("parameters") or {"type": "object", "properties": {}},
            handle_tool_error=True,
        )
        tool._box = box
        made.append(tool)
    return made


class CallwrightTool(BaseTool):
    """A tool that the server carries out. Awaited, it runs in a thread."""

    _box: Toolbox = PrivateAttr()

    def run(self, tool_input: Any, *more: Any, tool_call_id: Optional[str] = None, **how: Any) -> Any:
        """LangChain keeps the call's id for itself; it is the best name for what is to be done once."""
        token = _call_id.set(tool_call_id)
        try:
            return super().run(tool_input, *more, tool_call_id=tool_call_id, **how)
        finally:
            _call_id.reset(token)

    async def arun(self, tool_input: Any, *more: Any, tool_call_id: Optional[str] = None, **how: Any) -> Any:
        token = _call_id.set(tool_call_id)
        try:
            return await super().arun(tool_input, *more, tool_call_id=tool_call_id, **how)
        finally:
            _call_id.reset(token)

    def _run(self, /, **arguments: Any) -> str:
        outcome = self._box.call(self.name, arguments, _call_id.get() or str(uuid.uuid4()))
        if outcome.is_error:
            raise ToolException(outcome.text)
        return outcome.text
