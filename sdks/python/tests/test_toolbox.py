"""What a model's calls come to: done once, told whole, whatever happens around them."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from typing import Any, Dict, List

import pytest

import callwright
from callwright import AsyncClient, AsyncToolbox, Client, Toolbox
from callwright._async.openai import AsyncOpenAITools
from callwright._async.toolbox import Call
from callwright._shared import client_async, client_sync
from callwright._sync.openai import OpenAITools
from callwright.integrations._schema import inline
from callwright.integrations.openai_realtime import RealtimeTools

from .fake_server import JSON, Asked, Http, done


def box(http: Http, **how: Any) -> AsyncToolbox:
    return AsyncToolbox(client=AsyncClient(http.url, "t"), **how)


def keys(http: Http) -> List[str]:
    return [asked.headers["idempotency-key"] for asked in http.asked]


def chat(call_id: Any, name: str = "charge", arguments: str = '{"amount": 9}', **more: Any) -> Dict[str, Any]:
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"choices": [{"message": {"role": "assistant", "tool_calls": [call]}}], **more}


def test_one_call_does_not_lose_what_came_of_the_others() -> None:
    http = Http(lambda asked: done("ok"))

    def fails(directive: Any) -> None:
        raise KeyError("session")

    deep: Any = {}
    for _ in range(5000):
        deep = {"a": deep}
    bad: List[Any] = [
        '{"note": "\\ud83d"}',
        '{"a": NaN}',
        '{"a": ' + "[" * 100_000,
        {"a": math.inf},
        {"a": "\ud83d"},
        deep,
        {"a": {1}},
    ]
    calls = [
        Call("charge", '{"amount": 5}', "call_1abcdefgh"),
        *(Call("note", each, f"c{i}") for i, each in enumerate(bad)),
    ]
    told = asyncio.run(box(http).call_all(calls))
    assert told[0].text == "ok" and all(each.is_error and "arguments" in each.text for each in told[1:])
    assert len(http.asked) == 1
    with_client: Any = Toolbox(client=Client(http.url, "t"))
    assert [each.is_error for each in with_client.call_all(calls)] == [False] + [True] * len(bad)
    http = Http(lambda asked: done("bye", directive={"kind": "end_call"}))
    assert asyncio.run(box(http, on_directive=fails).call("end", {}, "c")).text == "bye"
    assert Toolbox(client=Client(http.url, "t"), on_directive=fails).call("end", {}, "c").text == "bye"


def test_a_directive_is_told_to_coroutines_too() -> None:
    http = Http(lambda asked: done("bye", directive={"kind": "end_call"}))
    heard: List[Any] = []

    async def hang_up(directive: Any) -> None:
        await asyncio.sleep(0.01)
        heard.append(directive["kind"])

    assert asyncio.run(box(http, on_directive=hang_up).call("end", {}, "c")).text == "bye"
    assert heard == ["end_call"]
    with pytest.raises(callwright.CallwrightError, match="plain function"):
        Toolbox(client=Client(http.url, "t"), on_directive=hang_up)

    # One that waits for the goodbye does not keep it from the model.
    async def waits(directive: Any) -> None:
        await asyncio.sleep(30)

    began = time.monotonic()
    assert asyncio.run(box(http, on_directive=waits).call("end", {}, "c")).text == "bye"
    assert time.monotonic() - began < 10


def test_only_what_says_which_call_it_is_makes_one_of_two() -> None:
    http = Http(lambda asked: done("receipt"))

    def of(*answers: Any) -> List[str]:
        http.asked.clear()
        tools = OpenAITools(client=Client(http.url, "t"), context={"conversation_id": "c-1"})
        for answer in answers:
            assert tools.handle(answer)[0]["content"] == "receipt"
        return keys(http)

    # No id, or one that counts, says nothing: these are two calls.
    for id in ("", None, "0", "call_0", "functions.charge:0", "charge"):
        first, second = of(chat(id), chat(id))
        assert first != second, id
    # An id that was made by chance does, and the same answer once more is the same calls.
    first, second = of(chat("call_8fKx01mQ2"), chat("call_8fKx01mQ2"))
    assert first == second
    first, second = of(*[chat("functions.charge:0", id="chatcmpl-8fKx01mQ2")] * 2)
    assert first == second
    first, second = of(
        chat("functions.charge:0", id="chatcmpl-8fKx01mQ2"), chat("functions.charge:0", id="chatcmpl-9aBc02")
    )
    assert first != second


def test_a_call_that_was_interrupted_is_done_once() -> None:
    def slowly(asked: Asked) -> Any:
        time.sleep(0.4)
        return done({"receipt": len(http.asked)})

    http = Http(slowly)

    async def interrupted(tools: AsyncToolbox, arguments: Any) -> None:
        call = asyncio.create_task(tools.call("charge", arguments, "call_aaaaaaaa1"))
        await asyncio.sleep(0.15)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    async def all_of_it() -> None:
        tools = box(http, context={"call_sid": "CA1"})
        await interrupted(tools, {"amount": 7})
        # The model is told that it was cancelled, and asks again, under another id.
        assert (await tools.call("charge", {"amount": 7}, "call_bbbbbbbb2")).data == {"receipt": 1}
        assert len(http.asked) == 1
        # Once: who wants it a second time gets a second one. Other arguments are another call.
        assert (await tools.call("charge", {"amount": 7}, "call_cccccccc3")).data == {"receipt": 2}
        await interrupted(tools, {"amount": 8})
        assert (await tools.call("charge", {"amount": 9}, "call_dddddddd4")).data != {"receipt": 3}
        assert len(http.asked) == 4
        # Nobody is given what came of somebody else's call.
        shared = box(http)
        await interrupted(shared, {"amount": 7})
        await shared.call("charge", {"amount": 7}, "call_bbbbbbbb2")
        assert len(http.asked) == 6

    asyncio.run(all_of_it())


def test_a_result_is_told_whole() -> None:
    cut = {"shown_bytes": 10, "total_bytes": 99}
    told = asyncio.run(box(Http(lambda asked: done([1, 2], truncated=cut))).call("x", {}, "c"))
    assert told.value() == {"result": [1, 2], "note": "(cut: 10 of 99 bytes)"}
    link = [{"type": "resource_link", "name": "Map", "uri": "https://x"}]
    told = asyncio.run(box(Http(lambda asked: done({"a": 1}, content=link))).call("x", {}, "c"))
    assert told.value() == {"result": {"a": 1}, "note": "Map: https://x"}
    assert asyncio.run(box(Http(lambda asked: done({"a": 1}))).call("x", {}, "c")).value() == {"a": 1}


def test_failures_say_what_is_known() -> None:
    told = asyncio.run(AsyncToolbox(client=AsyncClient("http://127.0.0.1:9", "t")).call("x", {}, "c"))
    assert told.is_error and "was not carried out" in told.text

    # What somebody must agree to first stays so when the waiting fails.
    def parked(asked: Asked) -> Any:
        if asked.method == "GET":
            return 500, JSON, b"{}"
        pending = {"kind": "approval", "spoken": "later", "ticket": "t"}
        return (
            202,
            JSON,
            json.dumps({**json.loads(done()[2]), "state": "parked", "success": False, "pending": pending}).encode(),
        )

    told = asyncio.run(box(Http(parked), wait=1).call("x", {}, "c"))
    assert not told.is_error and "has to approve" in told.text

    # A call has its time over all attempts, and the client's own is good for it too.
    def never(asked: Asked) -> Any:
        time.sleep(3)
        return done()

    for made in (box(Http(never), timeout=0.3), AsyncToolbox(client=AsyncClient(Http(never).url, "t"), timeout=0.3)):
        began = time.monotonic()
        assert "Nobody knows" in asyncio.run(made.call("x", {}, "c")).text
        assert time.monotonic() - began < 2
    began = time.monotonic()
    with pytest.raises(callwright.TimedOut):
        Client(Http(never).url, "t", timeout=0.3).tools.call("x", idempotency_key="k")
    assert time.monotonic() - began < 2


def test_a_token_is_told_to_nobody(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    http = Http(lambda asked: done("ok"))
    assert Client(http.url, "cw_secret\n").tools.call("x")["success"]
    assert http.asked[0].headers["x-token"] == "cw_secret"
    with pytest.raises(callwright.CallwrightError) as refused:
        Client(http.url, "cw_sec\nret")
    assert "cw_sec" not in str(refused.value)
    # A header that cannot be formed is not quoted either.
    client = Client(http.url, "t")
    client.api.token = "cw_sec\nret"
    told = Toolbox(client=client).call("x", {}, "c")
    assert told.is_error and "cw_sec" not in told.text and "was not carried out" in told.text
    for key in ("bestellung-ü", "", "x" * 256):
        with pytest.raises(callwright.CallwrightError, match="idempotency_key"):
            Client(http.url, "t").tools.call("x", idempotency_key=key)
    elsewhere = Http(lambda asked: (307, {"location": f"{http.url}/x"}, b""))
    http.asked.clear()
    import httpx

    follows = httpx.Client(follow_redirects=True)
    for client in (Client(elsewhere.url, "t"), Client(elsewhere.url, "t", http_client=follows)):
        with pytest.raises(callwright.ApiError, match="points elsewhere"):
            client.tools.call("x")
    assert http.asked == []


def test_adapters_share_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    http = Http(lambda asked: (200, JSON, b'{"tools": []}'))
    monkeypatch.setenv("CALLWRIGHT_URL", http.url)
    monkeypatch.setenv("CALLWRIGHT_TOKEN", "one")

    async def all_of_it() -> Any:
        made = [AsyncOpenAITools() for _ in range(20)]
        for each in made:
            await each.chat()
        assert client_async() is client_async() and made[0]._box.client is made[1]._box.client
        return client_async()

    first, second = asyncio.run(all_of_it()), asyncio.run(all_of_it())
    assert first is not second
    assert OpenAITools()._box.client is OpenAITools()._box.client is client_sync()
    mine = client_sync()
    monkeypatch.setenv("CALLWRIGHT_TOKEN", "two")
    assert client_sync() is not mine and client_sync().token == "two"


def test_schemas_keep_their_parameters_and_stay_small() -> None:
    word = {"type": "object", "properties": {"definitions": {"type": "array"}, "word": {"$ref": "#/$defs/W"}}}
    made = inline({**word, "$defs": {"W": {"type": "string"}}, "required": ["definitions"]})
    assert set(made["properties"]) == {"definitions", "word"} and made["properties"]["word"] == {"type": "string"}
    assert "$defs" not in made
    node = {"type": "object", "properties": {name: {"$ref": "#/$defs/N"} for name in "abcde"}}
    made = inline({"type": "object", "properties": {"tree": {"$ref": "#/$defs/N"}}, "$defs": {"N": node}})
    assert made["properties"]["tree"]["properties"]["a"] == {"type": "object"}
    # Many that refer to all others would be as many as there are ways through them.
    names = [f"N{i}" for i in range(9)]
    every = {name: {"properties": {other: {"$ref": f"#/$defs/{other}"} for other in names}} for name in names}
    assert len(json.dumps(inline({"properties": {"x": {"$ref": "#/$defs/N0"}}, "$defs": every}))) < 100_000


def test_a_session_is_asked_to_go_on_when_nothing_is_being_said() -> None:
    http = Http(lambda asked: (time.sleep(0.2), done("ok"))[1])
    sent: List[Any] = []

    async def send(event: Any) -> None:
        sent.append(event["type"] if event["type"] == "response.create" else event["item"]["call_id"])

    def response(kind: str, id: str, *names: str) -> Dict[str, Any]:
        output = [
            {"type": "function_call", "call_id": f"{id}_{name}", "name": name, "arguments": "{}"} for name in names
        ]
        return {"type": kind, "response": {"id": id, "status": "completed", "output": output}}

    async def all_of_it() -> None:
        tools = RealtimeTools(client=AsyncClient(http.url, "t"))
        tools.answer(response("response.created", "r1"), send)
        tools.answer(response("response.done", "r1", "weather"), send)
        # The person says something while the tool is at work.
        tools.answer(response("response.created", "r2"), send)
        await asyncio.sleep(0.6)
        assert sent == ["r1_weather"]
        tools.answer(response("response.done", "r2"), send)
        await asyncio.sleep(0.1)
        assert sent == ["r1_weather", "response.create"]
        # Refused, since somebody was faster: then after that one.
        error = {"code": "conversation_already_has_active_response", "event_id": "callwright_go_on"}
        tools.answer({"type": "error", "error": error}, send)
        await asyncio.sleep(0.1)
        assert sent.count("response.create") == 1
        tools.answer(response("response.done", "r3"), send)
        await asyncio.sleep(0.1)
        assert sent.count("response.create") == 2
        # What is left to the caller is answered by the caller, who asks for the next response then.
        both = await tools.handle(response("response.done", "r4", "weather", "mine"), only=["weather"])
        assert [each["type"] for each in both] == ["conversation.item.create"]

    asyncio.run(all_of_it())
    logging.getLogger("callwright").debug("done")
