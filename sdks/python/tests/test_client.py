"""The API by its short names: calls, runs, lists, errors."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, List

import pytest

import callwright
from callwright import AsyncClient, Client

from .conftest import World


def test_a_tool_is_called(world: World, client: Client) -> None:
    answer = client.tools.call("weather", {"city": "Bonn"}, agent="Voice", context={"phone_number": "+49"})
    assert answer["success"] and answer["data"] == {"sky": "clear", "temp_c": 21}
    failed = client.tools.call("broken")
    error = failed.get("error")
    assert not failed["success"] and error and error["class"] == "upstream_error"


def test_one_key_is_one_effect(world: World, client: Client) -> None:
    before, key = world.upstream.count("/charge"), uuid.uuid4().hex
    first = client.tools.call("charge", {"amount": 5}, idempotency_key=key)
    again = client.tools.call("charge", {"amount": 5}, idempotency_key=key)
    assert first["data"] == again["data"] and again["meta"]["duplicate"]
    assert world.upstream.count("/charge") == before + 1
    with pytest.raises(callwright.Conflict) as refused:
        client.tools.call("charge", {"amount": 6}, idempotency_key=key)
    assert refused.value.code == "idempotency_key_reused"


def test_an_approval_is_waited_for(world: World, client: Client) -> None:
    before = world.upstream.count("/charge")
    waiting = client.tools.call("refund", {"amount": 1}, agent="Voice")
    pending = waiting.get("pending")
    assert waiting["state"] == "parked" and pending and pending["kind"] == "approval"
    decider = client.api.create_token({"name": f"decider-{uuid.uuid4()}"})["token"]
    with Client(world.base_url, decider) as other:
        tickets = [ticket for ticket in other.approvals.list(state="open") if ticket["id"] == pending["ticket"]]
        assert tickets[0]["tool_name"] == "refund"
        other.approvals.approve(tickets[0]["id"], note="fine")
    done = client.executions.wait(waiting["execution_id"], 20)
    assert done["success"] and done["data"] == {"receipt": "r-1"}
    assert world.upstream.count("/charge") == before + 1
    denied = client.tools.call("refund", {"amount": 2}, agent="Voice")
    with Client(world.base_url, decider) as other:
        ticket = denied["pending"]["ticket"] if denied.get("pending") else ""  # type: ignore[index]
        other.approvals.deny(ticket)
    told = client.executions.wait(denied["execution_id"], 20)
    assert not told["success"] and world.upstream.count("/charge") == before + 1


def test_lists_go_on_by_themselves(client: Client) -> None:
    names = [tool["name"] for tool in client.tools.list(limit=3)]
    assert len(names) == len(set(names)) and len(names) >= 11
    assert [tool["name"] for tool in client.tools.list(search="weather")] == ["weather"]
    assert len(list(client.pages(client.api.list_tools, limit=1, kind="http"))) >= 4


def test_errors_have_names(world: World, client: Client) -> None:
    with pytest.raises(callwright.NotFound) as lost:
        client.tools.call("no_such_tool")
    assert lost.value.code == "not_found" and lost.value.request_id
    with pytest.raises(callwright.InvalidRequest) as bad:
        client.api.create_tool({"name": "x", "kind": "http"})  # type: ignore[typeddict-item]
    assert bad.value.field == "config"
    with Client(world.base_url, "nobody") as stranger, pytest.raises(callwright.Unauthenticated):
        stranger.tools.get("weather")
    with pytest.raises(callwright.CallwrightError):
        client.tools.get("..")
    with Client("http://127.0.0.1:9", "x", timeout=2) as nowhere, pytest.raises(callwright.ConnectionFailed):
        nowhere.tools.get("weather")
    with pytest.raises(callwright.CallwrightError, match="base_url"):
        Client("localhost:8080")


def test_an_agent_is_run_and_watched(client: Client) -> None:
    run = client.agents.run("Talker", "hi")
    assert run["state"] == "completed" and run.get("output") == "you said: hi"
    again = client.agents.run("Talker", "more", thread_id=run["thread_id"])
    assert len(list(client.threads.messages(run["thread_id"]))) == 4
    assert [step["kind"] for step in client.runs.steps(again["id"])] != []
    events = list(client.runs.stream("Talker", "slowly"))
    kinds = [event["type"] for event in events]
    assert kinds[0] == "run" and events[-1]["run"]["state"] == "completed"
    said = [event["message"] for event in events if event["type"] == "message"]
    assert said[-1]["text"] == "at last"
    key = uuid.uuid4().hex
    assert client.runs.start("Talker", "a", idempotency_key=key)["id"] == client.runs.start(
        "Talker", "a", idempotency_key=key)["id"]  # fmt: skip


def test_a_client_tools_result_is_given_by_hand(client: Client) -> None:
    run = client.runs.start("Talker", "add")
    for _ in range(100):
        waiting = [e for e in client.executions.list(tool="add", state="parked") if e.get("run_id") == run["id"]]
        if waiting:
            break
        run = client.runs.wait(run["id"], 0.1)
    waiting = waiting or list(client.executions.list(tool="add", state="parked"))
    assert client.executions.give_result(waiting[0]["id"], 5)["status"] == "received"
    assert client.runs.wait(run["id"], 20).get("output") == "sum 5"


def test_everything_awaited(world: World) -> None:
    async def all_of_it() -> None:
        async with AsyncClient(world.base_url, world.token) as client:
            answers = await asyncio.gather(*(client.tools.call("weather", {"city": str(n)}) for n in range(20)))
            assert all(answer["success"] for answer in answers)
            names = [tool["name"] async for tool in client.tools.list(limit=4)]
            assert len(names) >= 11
            events: List[Any] = [event async for event in client.runs.stream("Talker", "hi")]
            assert events[-1]["run"]["output"] == "you said: hi"
            assert (await client.api.get_me())["role"] == "owner"
            with pytest.raises(callwright.NotFound):
                await client.agents.get("nobody")

    asyncio.run(all_of_it())
