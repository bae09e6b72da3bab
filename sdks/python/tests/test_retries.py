"""What is sent again, and what is not: against a server that fails."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Optional, Tuple

import pytest

import callwright
from callwright import Client

Plan = Tuple[Optional[int], Dict[str, str]]


class Failing:
    """Answers as planned, then well. A status of none breaks the connection off."""

    def __init__(self, *plan: Plan) -> None:
        self.plan: List[Plan] = list(plan)
        self.refusal: Any = {}
        self.keys: List[Optional[str]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                owner.keys.append(self.headers.get("idempotency-key"))
                status, headers = owner.plan.pop(0) if owner.plan else (200, {})
                if status is None:
                    self.close_connection = True
                    return
                told: Any = {"execution_id": "x", "state": "done", "success": True} if status == 200 else owner.refusal
                text = json.dumps(told).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.client = Client(f"http://127.0.0.1:{self.server.server_address[1]}", "t", timeout=5)


@pytest.mark.parametrize("plan", [[(503, {})], [(502, {}), (504, {})], [(None, {})], [(429, {"retry-after": "0"})]])
def test_reads_and_keyed_writes_are_sent_again(plan: List[Plan]) -> None:
    failing = Failing(*plan)
    failing.client.tools.get("x")
    assert len(failing.keys) == len(plan) + 1
    failing = Failing(*plan)
    failing.client.tools.call("x", idempotency_key="k")
    assert failing.keys == ["k"] * (len(plan) + 1)


def test_a_write_without_a_key_is_sent_again_only_if_it_was_not_done() -> None:
    for plan in ([(503, {"retry-after": "0"})], [(429, {"retry-after": "1"})]):
        failing = Failing(*plan)
        failing.refusal = {"error": {"code": "overloaded", "message": "later", "request_id": "r1"}}
        began = time.monotonic()
        failing.client.tools.call("x")
        assert len(failing.keys) == 2 and time.monotonic() - began >= float(plan[0][1]["retry-after"])
        # A gateway says so of what it has passed on, too: then nobody knows.
        failing = Failing(*plan)
        with pytest.raises(callwright.ApiError):
            failing.client.tools.call("x")
        assert len(failing.keys) == 1
    for status, error in (
        (503, callwright.ServerError),
        (502, callwright.ServerError),
        (None, callwright.ConnectionFailed),
    ):
        failing = Failing((status, {}))
        with pytest.raises(error):
            failing.client.tools.call("x")
        assert len(failing.keys) == 1


def test_nobody_waits_too_long_or_for_ever() -> None:
    failing = Failing((429, {"retry-after": "3600"}))
    with pytest.raises(callwright.RateLimited) as limited:
        failing.client.tools.get("x")
    assert limited.value.retry_after == 3600 and len(failing.keys) == 1
    failing = Failing(*[(503, {})] * 9)
    with pytest.raises(callwright.ServerError):
        failing.client.tools.get("x")
    assert len(failing.keys) == 3
    failing = Failing(*[(422, {})] * 9)
    with pytest.raises(callwright.InvalidRequest):
        failing.client.tools.get("x")
    assert len(failing.keys) == 1
