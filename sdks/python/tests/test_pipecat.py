"""A headless Pipecat pipeline whose model calls tools of ours."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, Dict, List

import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed")

from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMRunFrame,
    LLMTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.workers.runner import WorkerRunner

from callwright import AsyncClient
from callwright.integrations.pipecat import register_tools

from .conftest import World
from .fake_models import Models


class Ear(FrameProcessor):
    """Hears what the model says, up to its last word."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.done = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMTextFrame):
            self.text += frame.text
        if isinstance(frame, LLMFullResponseEndFrame) and self.text:
            self.done.set()
        await self.push_frame(frame, direction)


async def converse(world: World, models: Models, said: str, **how: Any) -> List[Dict[str, Any]]:
    """Says something to a pipeline's model, and gives the context when it has answered."""
    settings = OpenAILLMService.Settings(model="fake")
    llm = OpenAILLMService(api_key="none", base_url=f"{models.root}/v1", settings=settings)
    async with AsyncClient(world.base_url, world.token) as client:
        tools = await register_tools(llm, agent="Voice", client=client, **how)
        assert [tool.name for tool in tools.standard_tools] == ["broken", "charge", "refund", "weather"]
        context = LLMContext(messages=[{"role": "user", "content": said}], tools=tools)
        pair, ear, started = LLMContextAggregatorPair(context), Ear(), asyncio.Event()
        pipeline = Pipeline([pair.user(), llm, ear, pair.assistant()])
        worker = PipelineWorker(pipeline, params=PipelineParams(), enable_rtvi=False, cancel_on_idle_timeout=False)

        @worker.event_handler("on_pipeline_started")
        async def on_started(*_: Any) -> None:
            started.set()

        async def drive() -> None:
            await started.wait()
            await worker.queue_frame(LLMRunFrame())
            await asyncio.wait_for(ear.done.wait(), 30)
            await worker.queue_frame(EndFrame())

        runner = WorkerRunner()
        await runner.add_workers(worker)
        await asyncio.gather(runner.run(), drive())
        assert ear.text.startswith("done: ")
        return [dict(message) for message in context.get_messages() if dict(message).get("role") == "tool"]


def test_tools_are_called_from_a_pipeline(world: World, models: Models) -> None:
    before, call_id = world.upstream.count("/charge"), f"call-{uuid.uuid4()}"
    said = 'call weather {"city": "Bonn"}\ncall charge {"amount": 3}'
    told = asyncio.run(converse(world, models, said, context={"call_sid": call_id}))
    texts = sorted(str(message["content"]) for message in told)
    assert "receipt" in texts[0] and "clear" in texts[1]
    assert world.upstream.count("/charge") == before + 1
    logged = list(world.client.executions.list(call_id=call_id))
    assert sorted(execution["tool_name"] for execution in logged) == ["charge", "weather"]
    # What the model was shown is the tool's own schema.
    shown = next(body for body in reversed(models.asked) if body.get("tools") and body.get("stream"))
    function = next(tool["function"] for tool in shown["tools"] if tool["function"]["name"] == "weather")
    assert function["parameters"]["properties"]["city"] == {"type": "string", "description": "The city"}
    assert function["parameters"]["required"] == ["city"]


def test_what_goes_wrong_is_told_in_words(world: World, models: Models) -> None:
    before = world.upstream.count("/charge")
    said = 'call broken {}\ncall weather {}\ncall refund {"amount": 9}'
    asked: List[str] = []

    def context(params: Any) -> Dict[str, Any]:
        asked.append(params.function_name)
        return {"phone_number": "+491"}

    told = asyncio.run(converse(world, models, said, context=context))
    texts = {word: str(message["content"]) for message in told for word in ("upstream_error", "approve", "required")
             if word in str(message["content"])}  # fmt: skip
    assert set(texts) == {"upstream_error", "approve", "required"}, told
    assert '{"error"' in texts["upstream_error"] and "Not done yet" in texts["approve"]
    assert sorted(asked) == ["broken", "refund", "weather"]
    assert world.upstream.count("/charge") == before


async def interrupted(world: World, models: Models, **how: Any) -> List[str]:
    """Someone says something while a charge is under way; what the model is told of it, then and when it asks again."""
    settings = OpenAILLMService.Settings(model="fake")
    llm = OpenAILLMService(api_key="none", base_url=f"{models.root}/v1", settings=settings)
    async with AsyncClient(world.base_url, world.token) as client:
        tools = await register_tools(llm, agent="Slow", client=client, **how)
        context = LLMContext(tools=tools)
        pair, ear, started = LLMContextAggregatorPair(context), Ear(), asyncio.Event()
        pipeline = Pipeline([pair.user(), llm, ear, pair.assistant()])
        worker = PipelineWorker(pipeline, params=PipelineParams(), enable_rtvi=False, cancel_on_idle_timeout=False)
        told: List[str] = []

        @worker.event_handler("on_pipeline_started")
        async def on_started(*_: Any) -> None:
            started.set()

        async def ask(again: str, is_interrupted: bool) -> None:
            context.set_messages([{"role": "user", "content": f'call slow_charge {{"amount": 7}}{again}'}])
            await worker.queue_frame(LLMRunFrame())
            if is_interrupted:
                before = world.upstream.count("/slow")
                while world.upstream.count("/slow") == before:
                    await asyncio.sleep(0.02)
                await worker.queue_frame(InterruptionFrame())
                await asyncio.sleep(0.3)
            else:
                for _ in range(200):
                    if "receipt" in str(context.get_messages()):
                        break
                    await asyncio.sleep(0.02)
            told.append(str(context.get_messages()))

        async def drive() -> None:
            await started.wait()
            await ask("", True)
            if "CANCELLED" in told[0]:
                # It asks for the same once more, under another id.
                await ask("\n ", False)
            else:
                for _ in range(200):
                    if "receipt" in str(context.get_messages()):
                        break
                    await asyncio.sleep(0.02)
                told.append(str(context.get_messages()))
            await worker.queue_frame(EndFrame())

        runner = WorkerRunner()
        await runner.add_workers(worker)
        await asyncio.gather(runner.run(), drive())
        return told


def test_an_interruption_makes_no_second_effect(world: World, models: Models) -> None:
    before = world.upstream.count("/slow")
    told = asyncio.run(interrupted(world, models))
    assert "CANCELLED" not in told[0] and "receipt" in told[1]
    assert world.upstream.count("/slow") == before + 1
    # Whoever wants it cancelled all the same: the next call of the same is given what came of it.
    told = asyncio.run(interrupted(world, models, cancel_on_interruption=True))
    assert "CANCELLED" in told[0] and "receipt" in told[1]
    assert world.upstream.count("/slow") == before + 2
