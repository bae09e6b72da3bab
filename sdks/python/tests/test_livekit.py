"""LiveKit's own execution of function tools."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed")

from livekit.agents.llm import FunctionToolCall, ToolContext
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
            text, is_error = await call("weather", "{}")
            assert is_error and "required" in text and "validation_error" in text
            text, is_error = await call("broken", "{}")
            assert is_error and "upstream_error" in text
            text, is_error = await call("refund", '{"amount": 4}')
            assert not is_error and text.startswith("Not done yet: a person has to approve refund")

    asyncio.run(all_of_it())
