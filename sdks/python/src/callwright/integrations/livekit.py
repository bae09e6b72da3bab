"""LiveKit Agents: an agent's tools as function tools.

    session_agent = Agent(instructions=…, tools=await function_tools(agent="Receptionist"))

Needs `callwright[livekit]`; tried with livekit-agents 1.8.9.
"""

from __future__ import annotations

import inspect
import uuid
from typing import Any, Callable, Dict, List, Mapping, Optional, Union

from livekit.agents import RunContext, ToolError
from livekit.agents.llm import RawFunctionTool, Tool, Toolset, function_tool

from .._async.client import AsyncClient
from .._async.toolbox import AsyncToolbox

Context = Union[Mapping[str, Any], Callable[[Optional[RunContext[Any]]], Any]]

# A call that LiveKit makes without a context, in its own tests for example.
NOWHERE: Any = object()


async def function_tools(
    *,
    agent: Optional[str] = None,
    client: Optional[AsyncClient] = None,
    context: Optional[Context] = None,
    wait: float = 0,
    timeout: Optional[float] = None,
    on_directive: Optional[Callable[[Mapping[str, Any]], Any]] = None,
) -> List[Union[Tool, Toolset]]:
    """The tools of an agent, or all that the token may call.

    `context` is what tools know of the call, or a function of the `RunContext` that says it anew for each call. What
    fails is raised as a `ToolError`, whose words the model reads.
    """
    box = AsyncToolbox(
        agent=agent,
        client=client,
        context=None if callable(context) else context,
        wait=wait,
        timeout=timeout,
        on_directive=on_directive,
        of_one_conversation=True,
    )
    return [_tool(box, definition["function"], context) for definition in await box.definitions("openai")]


def _tool(box: AsyncToolbox, function: Mapping[str, Any], context: Optional[Context]) -> RawFunctionTool[Any, Any]:
    name = function["name"]

    # LiveKit gives the context where it has one, and knows it by the annotation; a default of `None` would spoil that
    # in Python 3.10.
    async def carry_out(raw_arguments: Dict[str, object], run: RunContext[Any] = NOWHERE) -> str:
        more: Any = context(None if run is NOWHERE else run) if callable(context) else None
        if inspect.isawaitable(more):
            more = await more
        id = str(uuid.uuid4()) if run is NOWHERE else run.function_call.call_id
        outcome = await box.call(name, raw_arguments, id, more)
        if outcome.is_error:
            raise ToolError(outcome.text)
        return outcome.text

    schema = {
        "name": name,
        "description": function.get("description", ""),
        "parameters": function.get("parameters") or {"type": "object", "properties": {}},
    }
    return function_tool(carry_out, raw_schema=schema)
