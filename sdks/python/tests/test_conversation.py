"""Client tools and conversations, over a line that breaks too."""

from __future__ import annotations

import asyncio
import functools
import queue
import socket
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

import pytest

import callwright
from callwright import AsyncConversation, ClientTools, Conversation, ConversationAgent, Options

from .conftest import World

PATIENCE = 30


def tools(loop: Optional[asyncio.AbstractEventLoop] = None, seen: Optional[List[Any]] = None) -> ClientTools:
    made = ClientTools(loop)
    seen = seen if seen is not None else []

    def add(p: Dict[str, Any]) -> int:
        seen.append(p)
        return int(p["a"] + p["b"])

    async def slow_add(p: Dict[str, Any]) -> int:
        await asyncio.sleep(0.5)
        return int(p["a"] + p["b"])

    async def boom(p: Dict[str, Any]) -> None:
        raise KeyError("bad")

    made.register("add", add)
    made.register("slow_add", slow_add)
    made.register("boom", boom, is_async=True)
    made.register("falsy", lambda p: 0)
    made.register("empty", lambda p: None)
    made.register("never", lambda p: time.sleep(3))
    made.register("tell", seen.append)
    return made


def frame(made: ClientTools, name: str, parameters: Dict[str, Any]) -> Dict[str, Any]:
    heard: "queue.Queue[Dict[str, Any]]" = queue.Queue()
    made.execute_tool(name, parameters, heard.put)
    return heard.get(timeout=PATIENCE)


def test_client_tools_behave_as_documented() -> None:
    made = tools()
    with pytest.raises(ValueError, match="already registered"):
        made.register("add", lambda p: 0)
    with pytest.raises(ValueError, match="callable"):
        made.register("other", 7)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        made.execute_tool("add", {}, print)

    async def later(name: str, p: Dict[str, Any]) -> str:
        await asyncio.sleep(0)
        return name

    class Called:
        async def __call__(self, p: Dict[str, Any]) -> str:
            return "an object"

    made.register("partial", functools.partial(later, "a partial"))
    made.register("wrapped", lambda p: later("a coroutine", p))
    made.register("object", Called())
    made.register("no_json", lambda p: object())
    made.start()
    made.start()
    whole = frame(made, "add", {"tool_call_id": "t1", "a": 1, "b": 2})
    assert whole == {"type": "client_tool_result", "tool_call_id": "t1", "result": 3, "is_error": False}
    assert frame(made, "slow_add", {"a": 1, "b": 2})["result"] == 3
    assert frame(made, "falsy", {})["result"] == 0
    assert frame(made, "empty", {})["result"] == "Client tool: empty called successfully."
    assert frame(made, "partial", {})["result"] == "a partial"
    assert frame(made, "wrapped", {})["result"] == "a coroutine"
    assert frame(made, "object", {})["result"] == "an object"
    for name, said in (("boom", "'bad'"), ("nope", "Tool 'nope' is not registered")):
        told = frame(made, name, {})
        assert told["is_error"] and said in told["result"]
    began = time.monotonic()
    heard: "queue.Queue[Any]" = queue.Queue()
    for _ in range(5):
        made.execute_tool("slow_add", {"a": 1, "b": 1}, heard.put)
    for _ in range(5):
        heard.get(timeout=PATIENCE)
    assert time.monotonic() - began < 2, "calls run at the same time"
    made.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "ClientTools-EventLoop"]
    with pytest.raises(RuntimeError):
        made.execute_tool("add", {}, print)


def test_a_given_loop_is_used_and_left_running() -> None:
    async def all_of_it() -> None:
        loop = asyncio.get_running_loop()
        made = ClientTools(loop=loop)
        used: List[Any] = []

        async def where(p: Dict[str, Any]) -> str:
            used.append(asyncio.get_running_loop())
            return "here"

        made.register("where", where)
        made.start()
        heard: "asyncio.Queue[Any]" = asyncio.Queue()
        made.execute_tool("where", {"tool_call_id": "t"}, heard.put_nowait)
        assert (await asyncio.wait_for(heard.get(), PATIENCE))["result"] == "here"
        made.stop()
        assert used == [loop] and loop.is_running()

    asyncio.run(all_of_it())


def talk(world: World, seen: List[Any], **how: Any) -> Tuple[Conversation, "queue.Queue[str]"]:
    heard: "queue.Queue[str]" = queue.Queue()
    made = Conversation(
        world.talker,
        base_url=world.base_url,
        token=world.token,
        client_tools=tools(seen=seen),
        on_message=heard.put,
        **how,
    )
    return made, heard


def test_a_conversation_with_every_kind_of_tool(world: World) -> None:
    seen: List[Any] = []
    ends: List[Any] = []
    conversation, heard = talk(world, seen, on_end=ends.append, options=Options(user_id="somebody"))
    with conversation:
        assert str(conversation.conversation_id).startswith("conv_")
        conversation.send_contextual_update("it rains")
        conversation.register_user_activity()
        said = {}
        for word in ("hello", "add", "both", "boom", "nope", "never", "tell"):
            conversation.send_user_message(word)
            told = heard.get(timeout=PATIENCE)
            said[word] = heard.get(timeout=PATIENCE) if told == "Let me add." else told
        conversation.send_feedback(True)
    assert said["hello"] == "you said: hello" and said["add"] == "sum 5" and said["tell"] == "told"
    assert said["both"] == "11 and 2 and 0 and Client tool: empty called successfully."
    assert "'bad'" in said["boom"] and "client_error" in said["boom"]
    assert "is not registered" in said["nope"] and "timeout_error" in said["never"]
    assert seen[0]["a"] == 2 and seen[0]["tool_call_id"].startswith("tick_")
    assert ends and ends[0].reason == "user"
    assert not conversation.client_tools.is_running
    logged = world.client.conversations.get(str(conversation.conversation_id))
    assert (logged.get("source"), logged.get("client_user_id")) == ("callwright_python", "somebody")
    assert logged.get("end_reason") == "client"


def test_callbacks_may_send_and_end(world: World) -> None:
    heard: List[str] = []

    def told(text: str) -> None:
        heard.append(text)
        if len(heard) == 1:
            conversation.send_user_message("again")
            raise RuntimeError("the program's own fault ends nothing")
        conversation.end_session()

    conversation = Conversation(world.talker, base_url=world.base_url, token=world.token, on_message=told)
    conversation.start_session()
    conversation.send_user_message("first")
    conversation.wait_for_session_end(PATIENCE)
    assert heard == ["you said: first", "you said: again"]
    assert conversation.ended and conversation.ended.reason == "user"


def test_refusals_have_names(world: World) -> None:
    with pytest.raises(callwright.Unauthenticated):
        Conversation(world.talker, base_url=world.base_url, token="nobody").start_session()
    with pytest.raises(callwright.ApiError):
        Conversation("asst_nobody", base_url=world.base_url, token=world.token).start_session()
    with pytest.raises(callwright.ConnectionFailed):
        Conversation(world.talker, base_url="http://127.0.0.1:9", token="x").start_session()
    agent = {"name": "Greeter", "model": "scripted", "first_message": "Hello {{ name }}!"}
    id = world.client.agents.create(agent)["id"]  # type: ignore[arg-type]
    how: Any = {"base_url": world.base_url, "token": world.token}
    with pytest.raises(callwright.InvalidRequest) as missing:
        Conversation(id, **how).start_session()
    assert missing.value.code == "missing_dynamic_variable"
    heard: "queue.Queue[str]" = queue.Queue()
    with Conversation(id, options=Options(dynamic_variables={"name": "Ada"}), on_message=heard.put, **how):
        assert heard.get(timeout=PATIENCE) == "Hello Ada!"
    heard = queue.Queue()
    address = world.client.conversations.signed_url(world.talker)
    with Conversation(signed_url=address, on_message=heard.put) as conversation:
        conversation.send_user_message("signed")
        assert heard.get(timeout=PATIENCE) == "you said: signed"


class Line:
    """A line to the server that can be cut."""

    def __init__(self, url: str) -> None:
        host, _, port = url.split("//")[1].partition(":")
        self.target = (host, int(port))
        self.open: List[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(self.target)
            self.open += [near, far]
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    @staticmethod
    def pump(a: socket.socket, b: socket.socket) -> None:
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass
        for each in (a, b):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self) -> None:
        for each in self.open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open = []


def test_a_cut_line_is_made_again(world: World) -> None:
    line = Line(world.base_url)
    seen: List[Any] = []
    heard: "queue.Queue[str]" = queue.Queue()
    came_back = threading.Event()
    made = ClientTools()

    def add(p: Dict[str, Any]) -> int:
        seen.append(p)
        line.cut()
        time.sleep(0.1)
        return int(p["a"] + p["b"])

    made.register("add", add)
    how: Any = {"base_url": line.url, "token": world.token, "client_tools": made}
    with Conversation(
        world.talker, on_message=heard.put, on_reconnect=lambda id: came_back.set(), **how
    ) as conversation:
        id = conversation.conversation_id
        # Cut while a tool of this program is at work: it is asked once, and its answer arrives.
        conversation.send_user_message("add")
        assert heard.get(timeout=PATIENCE) == "Let me add."
        assert heard.get(timeout=PATIENCE) == "sum 5" and came_back.is_set() and len(seen) == 1
        # Cut while the model is at work: its answer is told on the next connection, once.
        came_back.clear()
        conversation.send_user_message("slowly")
        # A message that has not arrived when the line breaks is lost; this one is to have arrived.
        while not [run for run in world.client.runs.list(state="running") if run["input"] == "slowly"]:
            time.sleep(0.05)
        line.cut()
        assert heard.get(timeout=PATIENCE) == "at last" and came_back.wait(PATIENCE)
        conversation.send_user_message("bye")
        assert heard.get(timeout=PATIENCE) == "you said: bye"
        assert conversation.conversation_id == id
    assert heard.empty()


def test_the_guides_names(world: World) -> None:
    async def all_of_it() -> None:
        agent = ConversationAgent(agent_id=world.talker, api_key=world.token, base_url=world.base_url)
        heard: "asyncio.Queue[str]" = asyncio.Queue()

        async def add(params: Dict[str, Any]) -> int:
            return int(params["a"] + params["b"])

        agent.register_tool("add", add)
        with pytest.raises(RuntimeError):
            await agent.send_message("too early")
        ready = asyncio.Event()

        async def told(text: str) -> None:
            await heard.put(text)

        whole = asyncio.create_task(agent.start_conversation(on_message=told, on_event=lambda frame: ready.set()))
        while agent.conversation is None or agent.conversation.conversation_id is None:
            await asyncio.sleep(0.01)
        await agent.send_message("add")
        assert [await asyncio.wait_for(heard.get(), PATIENCE) for _ in range(2)] == ["Let me add.", "sum 5"]
        await agent.end_conversation()
        assert (await asyncio.wait_for(whole, PATIENCE)).startswith("conv_")

    asyncio.run(all_of_it())


def test_awaited_with_tools_on_the_same_loop(world: World) -> None:
    async def all_of_it() -> None:
        heard: "asyncio.Queue[str]" = asyncio.Queue()
        made = tools(asyncio.get_running_loop())
        async with AsyncConversation(
            world.talker, base_url=world.base_url, token=world.token, client_tools=made, on_message=heard.put_nowait
        ) as conversation:
            await conversation.send_user_message("both")
            told = await asyncio.wait_for(heard.get(), PATIENCE)
            assert told == "11 and 2 and 0 and Client tool: empty called successfully."
        with pytest.raises(callwright.CallwrightError):
            await conversation.send_user_message("too late")

    asyncio.run(all_of_it())
