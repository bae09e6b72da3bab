"""Conversations whose line, server or tools misbehave."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import math
import os
import subprocess
import sys
import threading
import time
from typing import Any, Dict, List

import pytest

import callwright
from callwright import AsyncConversation, ClientTools, Conversation, ConversationAgent

from .fake_server import Conversations, Http, Socket, frames, until


def talk(server: Conversations, tools: Any = None, **how: Any) -> AsyncConversation:
    return AsyncConversation("A", base_url=server.url, token="t", client_tools=tools, **how)


def test_what_a_tool_gives_is_told_whatever_it_is() -> None:
    cases: Dict[str, Any] = {
        "nan": {"mean": math.nan},
        "emoji": "half \ud83d",
        "date": {datetime.date(2026, 11, 28): decimal.Decimal("1.50")},
        "set": {"a"},
        "large": "x" * (13 << 20),
        "rich": [[]] * 30_000,
        "deep": (lambda deep: [deep := [deep] for _ in range(200)][-1])([]),
        "huge": 10**400,
        "object": object(),
    }
    told: Dict[str, Any] = {}

    async def converse(socket: Socket) -> None:
        for name in cases:
            await socket.call(name, f"tick_{name}")
            told[name] = await socket.heard()
        await socket.say({"type": "ping", "ping_event": {"event_id": 1}})
        told["pong"] = await socket.heard("pong")
        told["said"] = await socket.heard("user_message")

    async def all_of_it() -> None:
        server = Conversations(converse)
        tools = ClientTools()
        for name, value in cases.items():
            tools.register(name, lambda p, value=value: value)
        async with talk(server, tools) as conversation:
            await until(lambda: "pong" in told, 30)
            await conversation.send_user_message("half \ud83d")
            await until(lambda: "said" in told)
        assert len(server.sockets) == 1

    asyncio.run(all_of_it())
    results = {name: told[name]["result"] for name in cases}
    assert not any(told[name]["is_error"] for name in cases)
    assert results["nan"] == {"mean": None} and results["emoji"] == "half \ufffd"
    assert results["date"] == {"2026-11-28": "1.50"} and results["set"] == ["a"] and results["huge"] == str(10**400)
    for name, why in (("large", "too large"), ("rich", "too large"), ("deep", "nested deeper"), ("object", "not JSON")):
        assert (
            "was carried out, but its result cannot be told" in results[name] or "too large to be told" in results[name]
        )
        assert why in results[name]
    assert told["said"]["text"] == "half \ufffd"


def test_a_frame_that_is_too_large_ends_it() -> None:
    async def converse(socket: Socket) -> None:
        await socket.connection.close(1009, "too large")

    async def all_of_it() -> None:
        conversation = talk(server := Conversations(converse))
        await conversation.start_session()
        await asyncio.wait_for(conversation.wait_for_session_end(), 5)
        assert conversation.ended and conversation.ended.reason == "error" and len(server.sockets) == 1

    asyncio.run(all_of_it())


def test_an_answer_goes_again_only_if_it_is_asked_for_again() -> None:
    again: List[Any] = []

    async def converse(socket: Socket) -> None:
        if socket.number == 0:
            for name in ("one", "two"):
                await socket.call("count", name)
                await socket.heard()
            return socket.cut()
        again.extend(await frames(socket, 0.5))
        await socket.call("count", "two")
        again.append(await socket.heard())

    async def all_of_it() -> None:
        calls: List[str] = []
        tools = ClientTools()
        tools.register("count", lambda p: calls.append(p["tool_call_id"]) or len(calls))
        async with talk(Conversations(converse), tools):
            await until(lambda: again)
        assert calls == ["one", "two"]
        assert [(frame["tool_call_id"], frame["result"]) for frame in again] == [("two", 2)]

    asyncio.run(all_of_it())


def test_tools_that_are_shared_live_as_long_as_the_last_conversation() -> None:
    async def converse(socket: Socket) -> None:
        await socket.heard("user_message")
        await socket.call("add")
        results.append((await socket.heard())["result"])

    results: List[Any] = []

    async def all_of_it() -> None:
        server = Conversations(converse)
        tools = ClientTools()
        tools.register("add", lambda p: 5)
        first, second = talk(server, tools), talk(server, tools)
        await first.start_session()
        await second.start_session()
        await first.end_session()
        await second.send_user_message("x")
        await until(lambda: results)
        await second.end_session()
        assert results == [5] and not tools.is_running

    asyncio.run(all_of_it())


def test_a_callback_that_waits_holds_up_neither_the_line_nor_the_end() -> None:
    async def converse(socket: Socket) -> None:
        await socket.say({"type": "agent_response", "agent_response_event": {"agent_response": "hi"}})
        await socket.say({"type": "ping", "ping_event": {"event_id": 1}})
        pongs.append(await socket.heard("pong"))

    pongs: List[Any] = []

    async def all_of_it() -> None:
        ends: List[Any] = []

        async def waits(text: str) -> None:
            await asyncio.sleep(60)

        conversation = talk(Conversations(converse), on_message=waits, on_end=ends.append)
        await conversation.start_session()
        await until(lambda: pongs)
        began = time.monotonic()
        await conversation.end_session()
        assert time.monotonic() - began < 9 and [end.reason for end in ends] == ["user"]

    asyncio.run(all_of_it())


def test_handlers_run_on_the_programs_own_loop() -> None:
    async def converse(socket: Socket) -> None:
        await socket.call("where")
        results.append((await socket.heard())["result"])

    results: List[Any] = []

    async def all_of_it() -> None:
        server, loop = Conversations(converse), asyncio.get_running_loop()
        waited = loop.create_future()
        loop.call_later(0.2, waited.set_result, "mine")

        async def where(p: Dict[str, Any]) -> Any:
            assert asyncio.get_running_loop() is loop
            return await waited

        agent = ConversationAgent("A", "t", base_url=server.url)
        agent.register_tool("where", where)
        await agent.start_conversation(wait=False)
        await until(lambda: results)
        await agent.end_conversation()
        assert results == ["mine"]
        shared = ClientTools()
        assert ConversationAgent("A", "t", base_url=server.url, client_tools=shared).client_tools is shared

    asyncio.run(all_of_it())


def test_a_start_that_is_given_up_leaves_no_line() -> None:
    class Silent(Conversations):
        async def _handle(self, connection: Any) -> None:
            self.sockets.append(Socket(connection, 0))
            await connection.wait_closed()
            self.closed.append(connection.close_code)

    async def all_of_it() -> None:
        server = Silent(lambda socket: None)  # type: ignore
        with pytest.raises((asyncio.TimeoutError, TimeoutError)):
            await asyncio.wait_for(talk(server).start_session(), 0.3)
        await until(lambda: server.closed)
        assert server.closed == [1000]

        # The same of one that comes back while the program ends it.
        async def converse(socket: Socket) -> None:
            if socket.number == 0:
                socket.cut()

        server = Conversations(converse)
        conversation = talk(server)
        await conversation.start_session()
        await until(lambda: server.closed)
        await conversation.end_session()
        await asyncio.sleep(1)
        assert all(socket.connection.close_code is not None for socket in server.sockets)

    asyncio.run(all_of_it())


def test_strange_servers_have_words() -> None:
    class Odd(Conversations):
        async def _handle(self, connection: Any) -> None:
            await connection.recv()
            await connection.send("[1]")
            await connection.wait_closed()
            self.closed.append(connection.close_code)

    async def all_of_it() -> None:
        server = Odd(lambda socket: None)  # type: ignore
        with pytest.raises(callwright.ConnectionFailed, match="does not speak"):
            await talk(server).start_session()
        await until(lambda: server.closed)
        with pytest.raises(callwright.CallwrightError, match="wss://"):
            await AsyncConversation(signed_url="https://127.0.0.1:9/x").start_session()
        # Nobody is followed elsewhere with the token.
        there = Http(lambda asked: (404, {}, b""))
        here = Http(lambda asked: (302, {"location": there.url.replace("http", "ws")}, b""))
        with pytest.raises(callwright.ApiError, match="points elsewhere"):
            await AsyncConversation("A", base_url=here.url, token="cw_secret").start_session()
        assert here.asked and not there.asked

    asyncio.run(all_of_it())


def test_a_handler_that_exits_is_an_error_like_any_other() -> None:
    async def later(p: Dict[str, Any]) -> None:
        sys.exit("enough")

    tools = ClientTools()
    tools.register("now", lambda p: sys.exit("enough"))
    tools.register("later", later)
    tools.register("fine", lambda p: "fine")
    tools.start()
    heard: List[Any] = []
    for name in ("now", "later", "fine"):
        tools.execute_tool(name, {}, heard.append).result(5)
    assert [(frame["result"], frame["is_error"]) for frame in heard] == [("enough", True)] * 2 + [("fine", False)]
    tools.stop()


def test_too_many_calls_at_once_are_told_so() -> None:
    tools, free = ClientTools(), threading.Event()
    tools.register("wait", lambda p: free.wait(20))
    tools.start()
    heard: List[Any] = []
    running = [tools.execute_tool("wait", {}, heard.append) for _ in range(33)]
    running[-1].result(5)
    assert len(heard) == 1 and heard[0]["is_error"] and "under way already" in heard[0]["result"]
    free.set()
    for each in running:
        each.result(5)
    assert len(heard) == 33
    tools.stop()


def test_a_handler_that_waits_does_not_keep_the_program() -> None:
    program = """
import time
from callwright import ClientTools
tools = ClientTools()
tools.register("wait", lambda p: time.sleep(60))
tools.start()
tools.execute_tool("wait", {}, print)
time.sleep(0.3)
tools.stop()
"""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30, env=dict(os.environ))
    assert time.monotonic() - began < 20


def test_a_waiting_conversation_begins_again_after_a_failure() -> None:
    async def converse(socket: Socket) -> None:
        await socket.heard("user_message")

    server = Conversations(converse)
    conversation = Conversation("A", base_url="http://127.0.0.1:9", token="t")
    for _ in range(2):
        with pytest.raises(callwright.ConnectionFailed):
            conversation.start_session()
    assert not [thread for thread in threading.enumerate() if thread.name == "Conversation"]
    conversation = Conversation("A", base_url=server.url, token="t")
    with conversation:
        conversation.send_user_message("x")
    with pytest.raises(callwright.CallwrightError, match="make a new"):
        conversation.start_session()
