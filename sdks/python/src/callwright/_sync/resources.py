# Made by generate.py from `_async`. Do not edit.
"""The everyday operations, each group under its name."""

from __future__ import annotations

import time
import uuid
from typing import Any, Iterator, Dict, List, Mapping, Optional, Union, cast

from .. import errors
from .._events import Event, Words, is_final
from .._generated import models
from .paging import items
from .transport import Transport

# The longest that the server lets one request wait for the end of an execution and of a run, in seconds.
MOST_WAIT_EXECUTION = 60.0
MOST_WAIT_RUN = 120.0
# How much longer than the server this program waits.
MARGIN = 30.0
PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)
# A server that goes down, or a proxy, may answer at once that there is nothing yet.
AT_ONCE = 1.0
ENDED = ("completed", "failed", "cancelled")


class _Group:
    def __init__(self, api: Transport) -> None:
        self._api = api


class Tools(_Group):
    """Tools: find them, call them."""

    def call(
        self,
        name: str,
        arguments: Optional[Mapping[str, Any]] = None,
        *,
        agent: Optional[str] = None,
        context: Optional[Mapping[str, Any]] = None,
        idempotency_key: Optional[str] = None,
        wait: float = 0,
        dry_run: bool = False,
        timeout: Optional[float] = None,
    ) -> models.CallAnswer:
        """Calls a tool, as an agent has it if one is named.

        A tool that failed is an answer like any other: look at `success` and `error`. With an idempotency key one
        effect happens however often this is sent, and a broken connection is tried again. An answer that is `pending`
        (somebody must agree first, or the result comes later) is waited for as long as `wait` says, in seconds.
        """
        body: models.CallBody = {"arguments": dict(arguments or {})}
        if agent is not None:
            body["agent"] = agent
        if context:
            body["context"] = dict(context)
        if dry_run:
            body["dry_run"] = True
        limit = timeout or self._api.call_timeout
        answer = self._api.call_tool(name, body, idempotency_key=idempotency_key, timeout=limit)
        if answer.get("pending") and wait > 0:
            return Executions(self._api).wait(answer["execution_id"], wait)
        return answer

    def get(self, name: str) -> models.Tool:
        return self._api.get_tool(name)

    def save(self, tool: models.ToolSpec) -> models.Upserted:
        """Makes a tool, or changes the one of that name."""
        return self._api.put_tool(tool["name"], tool)

    def delete(self, name: str) -> None:
        self._api.delete_tool(name)

    def list(self, **filters: Any) -> Iterator[models.Tool]:
        """The organization's tools, by name; `search`, `kind`, `category`, `mine`, `active`."""
        for item in items(self._api.list_tools, **filters):
            yield item

    def definitions(
        self, *, agent: Optional[str] = None, format: models.Format = "openai"
    ) -> List[Dict[str, Any]]:
        """The tools in the form that a model wants: an agent's, or all that the token may call."""
        answer = self._api.define_tools(agent=agent, format=format)
        return answer["tools"]


class Agents(_Group):
    """Agents: make them, ask them."""

    def run(
        self,
        agent: str,
        message: models.Utterance,
        *,
        thread_id: Optional[str] = None,
        context: Optional[Mapping[str, Any]] = None,
        idempotency_key: Optional[str] = None,
        wait: float = MOST_WAIT_RUN,
        **more: Any,
    ) -> models.Run:
        """Says something to an agent; gives the run once it has ended or waits, or `wait` seconds are over."""
        return Runs(self._api).start(
            agent, message, thread_id=thread_id, context=context, idempotency_key=idempotency_key, wait=wait, **more
        )

    def get(self, agent: str) -> models.Agent:
        return self._api.get_agent(agent)

    def create(self, agent: models.AgentSpec) -> models.Agent:
        return self._api.create_agent(agent)

    def delete(self, agent: str) -> None:
        self._api.delete_agent(agent)

    def list(self, **filters: Any) -> Iterator[models.Agent]:
        for item in items(self._api.list_agents, **filters):
            yield item

    def assign(self, agent: str, tool: str, **how: Any) -> None:
        """Gives an agent a tool."""
        self._api.assign_tool(agent, tool, cast(models.AssignmentSpec, how))


class Runs(_Group):
    """Runs: an agent at work."""

    def start(
        self,
        agent: str,
        message: models.Utterance,
        *,
        thread_id: Optional[str] = None,
        context: Optional[Mapping[str, Any]] = None,
        idempotency_key: Optional[str] = None,
        wait: float = 0,
        **more: Any,
    ) -> models.Run:
        """Begins a run. It is durable when this answers, and goes on whatever becomes of this program."""
        body = _spec(agent, message, thread_id, context, more)
        until = time.monotonic() + wait
        body["wait_ms"] = int(min(wait, MOST_WAIT_RUN) * 1000)
        run = self._api.start_run(
            body, idempotency_key=idempotency_key, timeout=min(wait, MOST_WAIT_RUN) + MARGIN
        )
        if run["state"] in ("queued", "running") and wait > MOST_WAIT_RUN:
            return self.wait(run["id"], until - time.monotonic())
        return run

    def get(self, id: str) -> models.Run:
        return self._api.get_run(id)

    def wait(self, id: str, seconds: float) -> models.Run:
        """A run when it has ended or waits for somebody, or as it stands when the seconds are over."""
        until, tries = time.monotonic() + seconds, 0
        while True:
            asked = time.monotonic()
            rest = max(0.0, min(until - asked, MOST_WAIT_RUN))
            run = self._api.get_run(id, wait_ms=int(rest * 1000), timeout=rest + MARGIN)
            if run["state"] in (*ENDED, "waiting") or time.monotonic() >= until:
                return run
            tries = tries + 1 if time.monotonic() - asked < AT_ONCE else 0
            time.sleep(_pause(tries, until))

    def stream(
        self,
        agent: str,
        message: models.Utterance,
        *,
        thread_id: Optional[str] = None,
        context: Optional[Mapping[str, Any]] = None,
        idempotency_key: Optional[str] = None,
        **more: Any,
    ) -> Iterator[Dict[str, Any]]:
        """Begins a run and gives its events as they happen: `run`, `message`, `step`, `delta` (by `type`)."""
        body = _spec(agent, message, thread_id, context, more)
        # With a key of its own the request can be sent again when the line breaks before the first event.
        for event in self._follow(None, None, body, idempotency_key or uuid.uuid4().hex):
            yield event

    def events(self, id: str, *, after: Optional[Union[int, str]] = None) -> Iterator[Dict[str, Any]]:
        """What happens in a run, until it ends. A stream that is cut off is opened again where it was.

        The words (`delta`) that were lost then are told together, right before their `message`.
        """
        for event in self._follow(id, after, None, None):
            yield event

    def _follow(
        self, id: Optional[str], after: Optional[Union[int, str]], body: Any, key: Optional[str]
    ) -> Iterator[Dict[str, Any]]:
        failures, words = 0, Words()
        while True:
            if id is None:
                stream = self._api.events("POST", "/api/v1/runs", headers={"Idempotency-Key": key}, body=body)
            else:
                last = {"Last-Event-ID": None if after is None else str(after)}
                stream = self._api.events("GET", "/api/v1/runs/{id}/events", path={"id": id}, headers=last)
            error: errors.CallwrightError = errors.ConnectionFailed("the stream ends before the run does")
            try:
                for event in stream:
                    if event.name == "error":
                        error = errors.ConnectionFailed(f"the stream has failed: {event.data}")
                        break
                    failures = 0
                    after = event.id or after
                    told = _told(event)
                    if event.name == "run" and "run" in told:
                        id = told["run"]["id"]
                    for each in words.passing(told):
                        yield each
                    if is_final(event):
                        return
            except errors.ApiError as refusal:
                if refusal.status not in (429, 502, 503, 504):
                    raise
                error = refusal
            except errors.ConnectionFailed as failure:
                error = failure
            failures += 1
            if failures > len(PAUSES):
                raise error
            words.cut()
            time.sleep(PAUSES[failures - 1])

    def cancel(self, id: str) -> None:
        self._api.cancel_run(id)

    def list(self, **filters: Any) -> Iterator[models.Run]:
        for item in items(self._api.list_runs, **filters):
            yield item

    def steps(self, id: str) -> Iterator[models.Step]:
        for item in items(self._api.list_run_steps, id):
            yield item


class Executions(_Group):
    """Executions: what was called, and what came of it."""

    def get(self, id: str) -> models.Execution:
        return self._api.get_execution(id)

    def answer(self, id: str) -> models.CallAnswer:
        """How it went, or how it stands, in the form of the answer to its call."""
        return self._api.get_answer(id)

    def wait(self, id: str, seconds: float) -> models.CallAnswer:
        """The same once it has ended, or as it stands when the seconds are over."""
        until, tries = time.monotonic() + seconds, 0
        while True:
            asked = time.monotonic()
            rest = max(0.0, min(until - asked, MOST_WAIT_EXECUTION))
            answer = self._api.get_answer(id, wait_ms=int(rest * 1000), timeout=rest + MARGIN)
            if not answer.get("pending") or time.monotonic() >= until:
                return answer
            tries = tries + 1 if time.monotonic() - asked < AT_ONCE else 0
            time.sleep(_pause(tries, until))

    def give_result(self, id: str, result: Any, *, is_error: bool = False) -> models.ResultReceived:
        """Answers for a `client` tool that waits for its client."""
        return self._api.give_execution_result(id, {"result": result, "is_error": is_error})

    def list(self, **filters: Any) -> Iterator[models.Execution]:
        """Newest first; `tool`, `agent`, `state`, `error_class`, `conversation_id`, `since`, `until`."""
        for item in items(self._api.list_executions, **filters):
            yield item


class Approvals(_Group):
    """What executions wait for, and deciding it. The token that asked may not decide."""

    def list(self, **filters: Any) -> Iterator[models.Ticket]:
        for item in items(self._api.list_approvals, **filters):
            yield item

    def get(self, id: str) -> models.Ticket:
        return self._api.get_approval(id)

    def approve(self, id: str, *, note: Optional[str] = None, revised: Optional[int] = None) -> models.Ticket:
        return self._api.approve(id, {"note": note, "revised": revised})

    def deny(self, id: str, *, note: Optional[str] = None, revised: Optional[int] = None) -> models.Ticket:
        return self._api.deny(id, {"note": note, "revised": revised})


class Threads(_Group):
    """Threads: conversations that runs take forward."""

    def create(self, **spec: Any) -> models.Thread:
        return self._api.create_thread(cast(models.ThreadSpec, spec))

    def get(self, id: str) -> models.Thread:
        return self._api.get_thread(id)

    def delete(self, id: str) -> None:
        self._api.delete_thread(id)

    def messages(self, id: str) -> Iterator[models.ThreadMessage]:
        for item in items(self._api.list_messages, id):
            yield item


class Conversations(_Group):
    """The log of conversations. To hold one, see `callwright.Conversation`."""

    def list(self, **filters: Any) -> Iterator[models.Conversation]:
        for item in items(self._api.list_conversations, **filters):
            yield item

    def get(self, id: str) -> models.ConversationDetail:
        return self._api.get_conversation(id)

    def signed_url(self, agent_id: str) -> str:
        """An address for one conversation that may be given to a client without a token, good for 15 minutes."""
        return (self._api.get_signed_url(agent_id=agent_id))["signed_url"]


def _spec(
    agent: str,
    message: models.Utterance,
    thread_id: Optional[str],
    context: Optional[Mapping[str, Any]],
    more: Dict[str, Any],
) -> models.RunSpec:
    body = cast(models.RunSpec, {"agent": agent, "message": message, **more})
    if thread_id is not None:
        body["thread_id"] = thread_id
    if context:
        body["context"] = dict(context)
    return body


def _pause(tries: int, until: float) -> float:
    """How long to wait before the same is asked for once more, after so many answers that came at once."""
    return max(0.0, min(PAUSES[min(tries, len(PAUSES)) - 1], until - time.monotonic())) if tries else 0.0


def _told(event: Event) -> Dict[str, Any]:
    return event.data if isinstance(event.data, dict) else {"type": event.name, "data": event.data}
