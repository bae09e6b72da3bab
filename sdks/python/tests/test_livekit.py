"""LiveKit's own execution of function tools."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, List

import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed")

from livekit.agents import RunContext
from livekit.agents.llm import FunctionCall, FunctionToolCall, ToolContext
from livekit.agents.llm.utils import execute_function_call

from callwright import AsyncClient
from callwright.integrations.livekit import function_tools

from .conftest import World


def test_tools_are_called_by_livekit(world: World) -> None:
    async def all_of_it() -> None:
        async with AsyncClient(world.base_url, world.token) as client:
            tools = await function_tools(agent="Voice", client=client, context={"phone_number": "+49"})
            context = ToolContext(list(tools))
            assert sorted(context.function_tools) == ["broken", "charge", "refund", "weather"]
            schema = context.function_tools["weather"].info.raw_schema  # type: ignore[union-attr]
            assert schema["parameters"]["required"] == ["city"]

            async def call(name: str, arguments: str) -> "tuple[str, bool]":
                asked = FunctionToolCall(name=name, arguments=arguments, call_id=f"item_{name}")
                out = (await execute_function_call(asked, context)).fnc_call_out
                assert out is not None
                return out.output, out.is_error

            text, is_error = await call("weather", '{"city": "Bonn"}')
            assert not is_error and '"temp_c": 21' in text
            # What LiveKit knows of the call reaches us: its id makes one effect of two sendings.
            seen: List[Any] = []
            tools = await function_tools(agent="Voice", client=client, context=lambda run: seen.append(run) or {})  # type: ignore
            charge = ToolContext(list(tools))
            asked = FunctionToolCall(name="charge", arguments='{"amount": 8}', call_id="item_8f3k2x91q")
            made = FunctionCall(call_id="item_8f3k2x91q", name="charge", arguments="{}")
            where = SimpleNamespace(num_steps=1), SimpleNamespace(_global_run_state=None)
            run: Any = RunContext(session=where[1], speech_handle=where[0], function_call=made)  # type: ignore
            before = world.upstream.count("/charge")
            for _ in range(2):
                told = (await execute_function_call(asked, charge, call_ctx=run)).fnc_call_out
                assert told is not None and "receipt" in told.output
            assert world.upstream.count("/charge") == before + 1 and seen == [run, run]
            text, is_error = await call("weather", "{}")
            assert is_error and "required" in text and "validation_error" in text
            text, is_error = await call("broken", "{}")
            assert is_error and "upstream_error" in text
            text, is_error = await call("refund", '{"amount": 4}')
            assert not is_error and text.startswith("Not done yet: a person has to approve refund")

    asyncio.run(all_of_it())
