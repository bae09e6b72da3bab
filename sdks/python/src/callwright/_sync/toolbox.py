# Made by generate.py from `_async`. Do not edit.
"""An agent's tools as a model's runtime calls them; what all integrations stand on."""

from __future__ import annotations

import logging
import uuid
from functools import partial
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Union

from .. import _concurrent, _shared, _words
from .._generated import models
from .._words import Outcome
from ..errors import CallwrightError
from .client import Client

log = logging.getLogger("callwright")
# How long the model's runtime waits for a call, over all attempts, unless it was said otherwise. Tools have half of it.
TIMEOUT = 60.0


class Call(NamedTuple):
    """What a model asks for."""

    name: str
    arguments: Union[str, bytes, Mapping[str, Any], None]
    id: Optional[str]
    answer_id: Optional[str] = None
    """Which answer of the model it stands in, where that has an id."""


class Toolbox:
    """The tools of an agent, or all that the token may call.

    Every call carries the context and an idempotency key made of the model's call, and never raises: whatever happens,
    the model is told in words. Ids of calls are only good within a conversation: make one of these for each, or say
    which it is in the context (`conversation_id` or `call_sid`).
    """

    def __init__(
        self,
        *,
        agent: Optional[str] = None,
        client: Optional[Client] = None,
        context: Optional[Mapping[str, Any]] = None,
        wait: float = 0,
        timeout: Optional[float] = None,
        on_directive: Optional[Callable[[Mapping[str, Any]], Any]] = None,
        of_one_conversation: bool = False,
    ) -> None:
        _concurrent.may_tell_sync(on_directive)
        self.agent = agent
        self._client = client
        self.context = dict(context or {})
        self.wait = wait
        self.timeout = timeout or TIMEOUT
        self.on_directive = on_directive
        """Told when a step of the call (an end, a transfer) asks something of whoever runs the call."""
        said = self.context.get("conversation_id") or self.context.get("call_sid")
        self._scope = str(said or uuid.uuid4())
        # What came of an abandoned call is for nobody else.
        self._of_one = bool(said) or of_one_conversation
        self._underway: _concurrent.Underway[Outcome] = _concurrent.Underway()

    @property
    def client(self) -> Client:
        return self._client or _shared.client_sync()

    def definitions(self, format: models.Format) -> List[Dict[str, Any]]:
        return self.client.tools.definitions(agent=self.agent, format=format)

    def call(
        self,
        name: str,
        arguments: Union[str, bytes, Mapping[str, Any], None],
        call_id: Optional[str],
        context: Optional[Mapping[str, Any]] = None,
        *,
        answer_id: Optional[str] = None,
    ) -> Outcome:
        """Carries out what a model asks for.

        Who is cancelled while it is under way, by an interruption say, does not stop it: the server may have done it
        already. In the same conversation, who asks for the same within the next minute is given what came of it.
        """
        try:
            given = _words.arguments(arguments)
        except ValueError as error:
            return Outcome(f"Error: the arguments are not a JSON object: {error}", True)
        try:
            around = {**self.context, **(context or {})}
            key = _words.key(self._scope, str(name), call_id, given, answer_id)
            same = _words.same(str(name), given, around) if self._of_one else None
            return self._underway.run(same, partial(self._carry_out, str(name), given, around, key))
        except Exception as error:
            # The calls beside this one were carried out: what came of them must not be lost.
            log.exception("the call of a tool has failed")
            return Outcome(f"Error: {type(error).__name__}: {error}"[: _words.MOST_WORDS], True)

    def _carry_out(self, name: str, given: Dict[str, Any], context: Dict[str, Any], key: str) -> Outcome:
        try:
            answer = self.client.tools.call(
                name, given, agent=self.agent, context=context, idempotency_key=key, timeout=self.timeout
            )
        except CallwrightError as error:
            return _words.refused(error)
        if answer.get("pending") and self.wait > 0:
            try:
                answer = self.client.executions.wait(answer["execution_id"], self.wait)
            except CallwrightError:
                # Then the model is told how it stood.
                log.warning("what a tool waits for could not be asked for", exc_info=True)
        directive = answer.get("directive")
        if directive and self.on_directive:
            _concurrent.tell_sync(self.on_directive, directive)
        return _words.outcome(answer)

    def call_all(self, calls: List[Call]) -> List[Outcome]:
        """Carries out several at once, and gives what came of them in the same order."""
        return _concurrent.all_sync(
            [partial(self.call, call.name, call.arguments, call.id, answer_id=call.answer_id) for call in calls]
        )
