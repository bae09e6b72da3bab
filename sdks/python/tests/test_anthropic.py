"""Anthropic's package with tools of ours."""

from __future__ import annotations

from typing import Any, List

import pytest

pytest.importorskip("anthropic", reason="anthropic is not installed")

import anthropic

from callwright import Client
from callwright.integrations.anthropic import AnthropicTools

from .conftest import World
from .fake_models import Models


def test_messages(world: World, models: Models, client: Client) -> None:
    ai = anthropic.Anthropic(api_key="none", base_url=models.root)
    tools = AnthropicTools(agent="Voice", client=client)
    messages: List[Any] = [{"role": "user", "content": 'call weather {"city": "Bonn"}\ncall broken {}'}]
    offered: Any = tools.tools()
    assert offered[3]["input_schema"]["required"] == ["city"]
    message = ai.messages.create(model="fake", messages=messages, tools=offered, max_tokens=99)
    replies = tools.handle(message)
    blocks = replies[0]["content"]
    assert [block["tool_use_id"] for block in blocks] == [block.id for block in message.content]  # type: ignore
    assert "is_error" not in blocks[0] and blocks[1]["is_error"] is True
    messages += [{"role": "assistant", "content": message.content}, *replies]
    last = ai.messages.create(model="fake", messages=messages, max_tokens=99)
    assert "clear" in last.content[0].text and "upstream_error" in last.content[0].text  # type: ignore
    assert tools.handle(last) == [] and tools.handle(message.model_dump(), only=["other"]) == []
