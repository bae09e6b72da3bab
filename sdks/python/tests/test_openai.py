"""OpenAI's package with chat completions, Responses and Realtime's events."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, List

import pytest

pytest.importorskip("openai", reason="openai is not installed")

import openai
from openai.types.realtime import ResponseDoneEvent

from callwright import AsyncClient, Client
from callwright.integrations.openai import AsyncOpenAITools, OpenAITools
from callwright.integrations.openai_realtime import RealtimeTools

from .conftest import World
from .fake_models import Models


@pytest.fixture
def ai(models: Models) -> openai.OpenAI:
    return openai.OpenAI(api_key="none", base_url=f"{models.root}/v1")


def test_chat_completions(world: World, ai: openai.OpenAI, client: Client) -> None:
    tools = OpenAITools(agent="Voice", client=client)
    messages: List[Any] = [
        {
            "role": "user",
            "content": 'call weather {"city": "Bonn"}\ncall charge {"amount": 7}\ncall broken {}\ncall nobody {}',
        }
    ]
    completion = ai.chat.completions.create(model="fake", messages=messages, tools=tools.chat())  # type: ignore
    replies = tools.handle(completion)
    assert [reply["role"] for reply in replies] == ["tool"] * 4
    messages += [completion.choices[0].message, *replies]
    said = ai.chat.completions.create(model="fake", messages=messages).choices[0].message
    assert said.content and "clear" in said.content and "upstream_error" in said.content
    assert "not_found" in said.content and tools.handle(said) == []
    # The same calls as plain data are the same calls: nothing is done twice.
    before = world.upstream.count("/charge")
    plain = completion.model_dump()
    assert [reply["tool_call_id"] for reply in tools.handle(plain, only=["charge"])] == [replies[1]["tool_call_id"]]
    assert tools.handle(plain["choices"][0]["message"], only=["charge"])[0]["content"] == replies[1]["content"]
    assert world.upstream.count("/charge") == before
    bad = {"tool_calls": [{"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{"}}]}
    assert "not a JSON object" in tools.handle(bad)[0]["content"]


def test_responses(world: World, ai: openai.OpenAI, client: Client) -> None:
    tools = OpenAITools(agent="Voice", client=client, strict=True)
    given: List[Any] = [{"role": "user", "content": 'call weather {"city": "Bonn"}'}]
    offered = tools.responses()
    assert offered[3]["name"] == "weather" and offered[3]["strict"] is True and "function" not in offered[3]
    response = ai.responses.create(model="fake", input=given, tools=offered)  # type: ignore
    given += [item.model_dump() for item in response.output] + tools.handle(response)
    assert "clear" in ai.responses.create(model="fake", input=given).output_text


def test_a_server_that_is_away_is_told_in_words(world: World) -> None:
    tools = OpenAITools(client=Client("http://127.0.0.1:9", "t", timeout=2))
    call = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    assert "did not answer" in tools.handle({"tool_calls": [call]})[0]["content"]


def test_realtime(world: World) -> None:
    async def all_of_it() -> None:
        async with AsyncClient(world.base_url, world.token) as client:
            tools = RealtimeTools(agent="Voice", client=client)
            offered = await tools.session_tools()
            assert set(offered[0]) == {"type", "name", "description", "parameters"}

            def call(id: str, name: str, arguments: str) -> Dict[str, Any]:
                about = {"type": "function_call", "id": f"item_{id}", "call_id": id, "status": "completed"}
                return {**about, "name": name, "arguments": arguments}

            output = [call("c1", "weather", '{"city": "Bonn"}'), call("c2", "broken", "{}")]
            done = {"type": "response.done", "response": {"id": "r", "status": "completed", "output": output}}
            sent: "asyncio.Queue[Any]" = asyncio.Queue()
            tools.answer({"type": "response.output_item.done", "item": output[0]}, sent.put)
            tools.answer(done, sent.put)
            events = [await asyncio.wait_for(sent.get(), 20) for _ in range(3)]
            assert [event["type"] for event in events] == ["conversation.item.create"] * 2 + ["response.create"]
            items = [event["item"] for event in events[:2]]
            assert [item["call_id"] for item in items] == ["c1", "c2"] and "clear" in items[0]["output"]
            assert "upstream_error" in items[1]["output"]
            cancelled = {**done, "response": {**done["response"], "status": "cancelled"}}  # type: ignore
            assert await tools.handle(cancelled) == []
            typed = ResponseDoneEvent.model_validate({**done, "event_id": "e"})
            assert [event["type"] for event in await tools.handle(typed)][-1] == "response.create"
            assert sent.empty()
            both = AsyncOpenAITools(agent="Voice", client=client)
            message = {"tool_calls": [{"id": "c9", "function": {"name": "weather", "arguments": '{"city": "x"}'}}]}
            assert "clear" in (await both.handle(message))[0]["content"]

    asyncio.run(all_of_it())
