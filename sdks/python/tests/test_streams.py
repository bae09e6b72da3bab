"""Streams of runs that are cut, empty, or hold odd characters; and waiting without a storm."""

from __future__ import annotations

import json
import time
from typing import Any, Iterator, List

import pytest

import callwright
from callwright import Client

from .fake_server import JSON, STREAM, Asked, Http, delta, event, message, run


def told(*answers: Any) -> "tuple[List[Any], Http]":
    rest: Iterator[Any] = iter(answers)
    http = Http(lambda asked: (200, STREAM, next(rest)))
    return list(Client(http.url, "t").runs.stream("A", "x")), http


def test_only_newlines_end_a_line() -> None:
    odd = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg"
    events, _ = told([run("running"), delta(odd), message(1, odd), run("completed", output=odd)])
    assert [each["type"] for each in events] == ["run", "delta", "message", "run"]
    assert events[1]["text"] == events[2]["message"]["text"] == events[3]["run"]["output"] == odd
    # Pieces end anywhere, and lines as the standard has it.
    whole = (run("running") + message(1, "äöü") + run("completed")).replace(b"\n", b"\r\n")
    events, _ = told([whole[i : i + 1] for i in range(len(whole))])
    assert [each["type"] for each in events] == ["run", "message", "run"]


def test_words_that_a_cut_stream_has_lost_are_told() -> None:
    words = [f"w{i} " for i in range(10)]
    events, http = told(
        [run("running"), delta(words[0]), delta(words[1])],
        [run("running"), delta(words[5]), message(1, "".join(words)), delta("next "), delta("one")],
        [run("running"), message(2, "next one"), run("completed")],
    )
    said = "".join(each["text"] for each in events if each["type"] == "delta")
    assert said == "".join(words) + "next one"
    assert [each["message"]["seq"] for each in events if each["type"] == "message"] == [1, 2]
    assert [asked.headers.get("last-event-id") for asked in http.asked] == [None, None, "1"]
    # A model that was asked again may have begun otherwise.
    events, _ = told([run("running"), delta("Well")], [run("running"), message(1, "No."), run("completed")])
    assert [each.get("text") for each in events if each["type"] == "delta"] == ["Well"]


def test_a_stream_that_stays_empty_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callwright._sync.resources.PAUSES", (0.01,) * 5)
    for pieces in (b"", event("error", {"error": {"code": "x", "message": "bad luck"}})):
        http = Http(lambda asked, pieces=pieces: (200, STREAM, pieces))
        with pytest.raises(callwright.ConnectionFailed):
            list(Client(http.url, "t").runs.stream("A", "x"))
        assert len(http.asked) == 6


def test_a_list_begins_where_it_is_told_to() -> None:
    http = Http(lambda asked: (200, JSON, b'{"items": [{"name": "x"}], "next_cursor": null}'))
    assert [tool["name"] for tool in Client(http.url, "t").tools.list(cursor="abc")] == ["x"]
    assert "cursor=abc" in http.asked[0].path


def test_waiting_is_no_storm() -> None:
    def at_once(asked: Asked) -> Any:
        answer = {"id": "r", "state": "running", "execution_id": "e", "pending": {"kind": "result"}, "success": False}
        return 200, JSON, json.dumps(answer).encode()

    http = Http(at_once)
    client = Client(http.url, "t")
    for wait in (client.executions.wait, client.runs.wait):
        http.asked.clear()
        began = time.monotonic()
        wait("x", 1.5)
        assert len(http.asked) <= 6 and 1.4 < time.monotonic() - began < 3
