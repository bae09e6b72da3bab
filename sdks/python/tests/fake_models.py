"""The models that the adapters are tried with: servers that speak like OpenAI's and Anthropic's.

What the person says is what the model does: `call weather {"city": "Bonn"}` calls tools, one a line; once their results
are there, the model repeats them.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, Iterator, List


def wishes(text: str) -> List[Dict[str, str]]:
    calls = []
    for place, line in enumerate(text.splitlines()):
        word, _, rest = line.partition(" ")
        if word == "call":
            name, _, arguments = rest.partition(" ")
            calls.append(
                {"id": f"call_{place}_{abs(hash(text)) % 10**9}", "name": name, "arguments": arguments or "{}"}
            )
    return calls


class Models:
    """One server for all of them; it keeps the bodies of requests."""

    def __init__(self) -> None:
        self.asked: List[Dict[str, Any]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                owner.asked.append(body)
                if self.path.endswith("/responses"):
                    told = owner.response(body)
                elif self.path.endswith("/messages"):
                    told = owner.message(body)
                elif body.get("stream"):
                    self.send_response(200)
                    self.send_header("content-type", "text/event-stream")
                    self.send_header("connection", "close")
                    self.end_headers()
                    for chunk in owner.chunks(body):
                        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                    self.wfile.write(b"data: [DONE]\n\n")
                    self.close_connection = True
                    return
                else:
                    told = owner.completion(body)
                text = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def chat(self, body: Dict[str, Any]) -> Dict[str, Any]:
        """What the model says to a chat."""
        said = [message for message in body["messages"] if message["role"] == "user"][-1]["content"]
        said = said if isinstance(said, str) else "\n".join(part.get("text", "") for part in said)
        results = [str(message["content"]) for message in body["messages"] if message["role"] == "tool"]
        calls = wishes(said)
        if calls and not results:
            made = [
                {
                    "id": call["id"],
                    "type": "function",
                    "function": {"name": call["name"], "arguments": call["arguments"]},
                }
                for call in calls
            ]
            return {"role": "assistant", "content": None, "tool_calls": made}
        return {"role": "assistant", "content": "done: " + " | ".join(results or [said])}

    def completion(self, body: Dict[str, Any]) -> Dict[str, Any]:
        message = self.chat(body)
        reason = "tool_calls" if message.get("tool_calls") else "stop"
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        choice = {"index": 0, "message": message, "finish_reason": reason}
        about = {"id": "c1", "object": "chat.completion", "created": 1, "model": "fake"}
        return {**about, "choices": [choice], "usage": usage}

    def chunks(self, body: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
        message = self.chat(body)

        def chunk(delta: Dict[str, Any], reason: Any = None) -> Dict[str, Any]:
            choice = {"index": 0, "delta": delta, "finish_reason": reason}
            about = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
            return {**about, "choices": [choice]}

        for place, call in enumerate(message.get("tool_calls") or []):
            function = call["function"]
            half = len(function["arguments"]) // 2
            for name, arguments in (
                (function["name"], function["arguments"][:half]),
                (None, function["arguments"][half:]),
            ):
                part: Dict[str, Any] = {"index": place, "function": {"arguments": arguments}}
                if name:
                    part = {"index": place, "id": call["id"], "type": "function"}
                    part["function"] = {"name": name, "arguments": arguments}
                yield chunk({"tool_calls": [part]})
        if message["content"]:
            yield chunk({"role": "assistant", "content": message["content"]})
        yield chunk({}, "tool_calls" if message.get("tool_calls") else "stop")

    def response(self, body: Dict[str, Any]) -> Dict[str, Any]:
        given = body["input"] if isinstance(body["input"], list) else [{"role": "user", "content": body["input"]}]
        results = [item["output"] for item in given if item.get("type") == "function_call_output"]
        said = [item["content"] for item in given if item.get("role") == "user"][-1]
        calls = wishes(said)
        output: List[Dict[str, Any]]
        if calls and not results:
            output = [
                {"type": "function_call", "id": f"fc_{call['id']}", "call_id": call["id"], "status": "completed",
                 "name": call["name"], "arguments": call["arguments"]}
                for call in calls
            ]  # fmt: skip
        else:
            text = {"type": "output_text", "text": "done: " + " | ".join(results or [said]), "annotations": []}
            output = [{"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": [text]}]
        about = {"id": "r1", "object": "response", "created_at": 1, "model": "fake", "status": "completed"}
        return {**about, "output": output, "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}

    def message(self, body: Dict[str, Any]) -> Dict[str, Any]:
        last = body["messages"][-1]["content"]
        content: List[Dict[str, Any]]
        if isinstance(last, str):
            content = [
                {"type": "tool_use", "id": call["id"], "name": call["name"], "input": json.loads(call["arguments"])}
                for call in wishes(last)
            ]
        else:
            results = [block["content"][0]["text"] for block in last if block["type"] == "tool_result"]
            content = [{"type": "text", "text": "done: " + " | ".join(results)}]
        reason = "tool_use" if content[0]["type"] == "tool_use" else "end_turn"
        about = {"id": "m1", "type": "message", "role": "assistant", "model": "fake", "stop_sequence": None}
        return {**about, "content": content, "stop_reason": reason, "usage": {"input_tokens": 1, "output_tokens": 1}}
