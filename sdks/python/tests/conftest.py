"""A running server, named by CALLWRIGHT_URL and CALLWRIGHT_TOKEN, with tools and agents to try.

`crates/cli/tests/sdks` starts the server and runs these tests; by hand any server will do whose administrator's token
you have and which may call loopback addresses (`CALLWRIGHT_OUTBOUND_ALLOW=127.0.0.0/8`).
"""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from callwright import Client

from .fake_models import Models


class Upstream:
    """What the tools call: it keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: List[Tuple[str, str, Any]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                owner.asked.append((self.command, self.path, json.loads(body) if body else None))
                status, told = owner.reply(self.path)
                text = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def count(self, part: str) -> int:
        return sum(part in path for _, path, _ in self.asked)

    @staticmethod
    def reply(path: str) -> Tuple[int, Any]:
        if path.startswith("/weather"):
            return 200, {"sky": "clear", "temp_c": 21}
        if path.startswith("/broken"):
            return 500, {"oops": True}
        if path.startswith("/slow"):
            time.sleep(1.5)
            return 200, {"receipt": "slow"}
        return 200, {"receipt": "r-1"}


class World:
    """Names of what there is."""

    def __init__(self, client: Client, upstream: Upstream) -> None:
        self.client, self.upstream = client, upstream
        self.base_url, self.token = client.base_url, client.token or ""
        self.talker = ""


def schema(required: List[str], **properties: Any) -> Dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def script() -> List[Dict[str, Any]]:
    def add(name: str, a: int, b: int) -> Dict[str, Any]:
        return {"name": name, "arguments": {"a": a, "b": b}}

    return [
        {"when": "add", "turns": [{"say": "Let me add.", "calls": [add("add", 2, 3)]}, {"say": "sum {{results.add}}"}]},
        {
            "when": "both",
            "turns": [
                {"calls": [add("slow_add", 10, 1), add("add", 1, 1), {"name": "falsy"}, {"name": "empty"}]},
                {"say": "{{results.slow_add}} and {{results.add}} and {{results.falsy}} and {{results.empty}}"},
            ],
        },
        {"when": "boom", "turns": [{"calls": [{"name": "boom"}]}, {"say": "it said {{result}}"}]},
        {"when": "nope", "turns": [{"calls": [{"name": "nope"}]}, {"say": "it said {{result}}"}]},
        {"when": "never", "turns": [{"calls": [{"name": "never"}]}, {"say": "it said {{result}}"}]},
        {"when": "tell", "turns": [{"calls": [{"name": "tell", "arguments": {"page": 7}}]}, {"say": "told"}]},
        {"when": "slowly", "turns": [{"delay_ms": 1500, "say": "at last"}]},
        {"turns": [{"say": "you said: {{message}}"}]},
    ]


def tool(name: str, kind: str, config: Dict[str, Any], parameters: Dict[str, Any], **more: Any) -> Any:
    described = {"description": f"The tool {name}.", "parameters": parameters}
    return {"name": name, "kind": kind, "config": config, **described, **more}


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    upstream = Upstream()
    client = Client(os.environ["CALLWRIGHT_URL"], os.environ["CALLWRIGHT_TOKEN"])
    made = World(client, upstream)
    city = {"type": "string", "description": "The city"}
    amount = {"type": "integer", "description": "Euros", "minimum": 1}
    post = {"method": "POST", "url": f"{upstream.url}/charge", "body": {"json": {"amount": "{{ parameters.amount }}"}}}
    weather = {"method": "GET", "url": f"{upstream.url}/weather", "query": {"city": "{{ parameters.city }}"}}
    tools = [
        tool("weather", "http", weather, schema(["city"], city=city), effect="read"),
        tool("charge", "http", post, schema(["amount"], amount=amount)),
        tool("refund", "http", post, schema(["amount"], amount=amount), policy={"approval": True}),
        tool("broken", "http", {"method": "GET", "url": f"{upstream.url}/broken"}, schema([]), effect="read"),
    ]
    numbers = schema(["a", "b"], a={"type": "integer"}, b={"type": "integer"})
    for name in ("add", "slow_add"):
        tools.append(tool(name, "client", {}, numbers))
    for name in ("empty", "falsy", "boom", "nope"):
        tools.append(tool(name, "client", {}, {"type": "object"}))
    tools.append(tool("never", "client", {"timeout_s": 1}, {"type": "object"}))
    tools.append(tool("tell", "client", {"expects_response": False}, {"type": "object"}))
    client.agents.create({"name": "Voice", "model": "scripted", "metadata": {"script": [{"say": "hello"}]}})
    talker = client.agents.create({"name": "Talker", "model": "scripted", "metadata": {"script": script()}})
    made.talker = talker["id"]
    client.agents.create({"name": "Slow", "model": "scripted", "metadata": {"script": [{"say": "hello"}]}})
    slow = {**post, "url": f"{upstream.url}/slow"}
    client.api.create_tool(tool("slow_charge", "http", slow, schema(["amount"], amount=amount)))
    client.agents.assign("Slow", "slow_charge")
    for spec in tools:
        client.api.create_tool(spec)
        client.agents.assign("Talker" if spec["kind"] == "client" else "Voice", spec["name"])
    yield made
    client.close()


@pytest.fixture
def client(world: World) -> Client:
    return world.client


@pytest.fixture(scope="session")
def models() -> Models:
    return Models()
