"""LangChain's agent with tools of ours."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("langchain", reason="langchain is not installed")

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

from callwright import Client
from callwright.integrations.langchain import tools

from .conftest import World
from .fake_models import Models


def test_an_agent_of_langchain_calls_tools(world: World, models: Models, client: Client) -> None:
    made = tools(agent="Voice", client=client, context={"phone_number": "+49"})
    assert [tool.name for tool in made] == ["broken", "charge", "refund", "weather"]
    model = ChatOpenAI(model="fake", api_key="none", base_url=f"{models.root}/v1")  # type: ignore[arg-type]
    agent: Any = create_agent(model, tools=made)
    said = 'call weather {"city": "Bonn"}\ncall charge {"amount": 2}\ncall broken {}\ncall refund {"amount": 2}'
    before = world.upstream.count("/charge")
    asked = {"messages": [("user", said)]}
    for answer in (agent.invoke(asked), asyncio.run(agent.ainvoke(asked))):
        told = [message for message in answer["messages"] if message.type == "tool"]
        by_name = {message.name: message for message in told}
        assert "clear" in by_name["weather"].content and by_name["weather"].status == "success"
        assert "upstream_error" in by_name["broken"].content and by_name["broken"].status == "error"
        assert "has to approve" in by_name["refund"].content
        assert answer["messages"][-1].content.startswith("done: ")
    # The model named its calls alike both times, so the second one was known.
    assert world.upstream.count("/charge") == before + 1
    # Without a call of a model each is one of its own.
    weather = made[3]
    assert "clear" in weather.invoke({"city": "Bonn"})
    assert "required" in weather.invoke({})
    # A parameter may have any name.
    assert "self" in weather.invoke({"self": 1})
