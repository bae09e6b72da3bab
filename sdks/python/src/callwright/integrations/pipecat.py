"""Pipecat: an agent's tools for an LLM service, in one line.

    tools = await register_tools(llm, agent="Receptionist")
    context = LLMContext(messages, tools=tools)

Needs `callwright[pipecat]`; tried with pipecat-ai 1.14.0.
"""

from __future__ import annotations

import inspect
from typing import Any, Callable, Mapping, Optional, Union

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.services.llm_service import FunctionCallParams, LLMService

from .._async.client import AsyncClient
from .._async.toolbox import AsyncToolbox
from ._schema import inline

Context = Union[Mapping[str, Any], Callable[[FunctionCallParams], Any]]


async def register_tools(
    llm_service: LLMService[Any],
    *,
    agent: Optional[str] = None,
    client: Optional[AsyncClient] = None,
    context: Optional[Context] = None,
    wait: float = 0,
    timeout: Optional[float] = None,
    on_directive: Optional[Callable[[Mapping[str, Any]], Any]] = None,
    cancel_on_interruption: Optional[bool] = None,
    timeout_secs: Optional[float] = None,
) -> ToolsSchema:
    """Registers the tools of an agent, or all that the token may call, and gives their `ToolsSchema`.

    `context` is what tools know of the call (`call_sid`, `phone_number`, `conversation_id`), or a function that says it
    anew for each call. `on_directive` is told when a tool ends or transfers the call. With `wait`, in seconds, a result
    that somebody must agree to first, or that comes later, is waited for.

    What a person says meanwhile does not cancel a call that has an effect, unless `cancel_on_interruption` says so:
    the server would do it all the same, and the model, told `CANCELLED`, would ask for it once more. Its result comes
    later. A call that was cancelled goes on, and its result is given to the next call of the same within a minute.
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

    async def carry_out(params: FunctionCallParams) -> None:
        more: Any = context(params) if callable(context) else None
        if inspect.isawaitable(more):
            more = await more
        outcome = await box.call(params.function_name, params.arguments, params.tool_call_id, more)
        await params.result_callback(outcome.value())

    described = await box.definitions("mcp")
    reads = {tool["name"] for tool in described if (tool.get("annotations") or {}).get("readOnlyHint")}
    schemas = []
    for definition in await box.definitions("openai"):
        function = definition["function"]
        parameters = inline(function.get("parameters") or {})
        schemas.append(
            FunctionSchema(
                name=function["name"],
                description=function.get("description", ""),
                properties=parameters.get("properties", {}),
                required=parameters.get("required", []),
            )
        )
        cancels = cancel_on_interruption
        if cancels is None and function["name"] not in reads:
            cancels = False
        llm_service.register_function(
            function["name"], carry_out, cancel_on_interruption=cancels, timeout_secs=timeout_secs
        )
    return ToolsSchema(standard_tools=schemas)
