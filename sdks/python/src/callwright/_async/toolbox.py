"""An agent's tools as a model's runtime calls them; what all integrations stand on."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Union

from .. import _concurrent, _words
from .._generated import models
from .._words import Outcome
from ..errors import CallwrightError
from .client import AsyncClient


class Call(NamedTuple):
    """What a model asks for."""

    name: str
    arguments: Union[str, bytes, Mapping[str, Any], None]
    id: str


class AsyncToolbox:
    """The tools of an agent, or all that the token may call.

    Every call carries the context and an idempotency key made of the model's call, and never raises: whatever happens,
    the model is told in words.
    """

    def __init__(
        self,
        *,
        agent: Optional[str] = None,
        client: Optional[AsyncClient] = None,
        context: Optional[Mapping[str, Any]] = None,
        wait: float = 0,
        on_directive: Optional[Callable[[Mapping[str, Any]], Any]] = None,
    ) -> None:
        self.agent = agent
        self.client = client or AsyncClient()
        self.context = dict(context or {})
        self.wait = wait
        self.on_directive = on_directive
        """Told when a step of the call (an end, a transfer) asks something of whoever runs the call."""
        # Ids of calls are only good within a conversation.
        self._scope = str(self.context.get("conversation_id") or self.context.get("call_sid") or uuid.uuid4())

    async def definitions(self, format: models.Format) -> List[Dict[str, Any]]:
        return await self.client.tools.definitions(agent=self.agent, format=format)

    async def call(
        self,
        name: str,
        arguments: Union[str, bytes, Mapping[str, Any], None],
        call_id: str,
        context: Optional[Mapping[str, Any]] = None,
    ) -> Outcome:
        """Carries out what a model asks for."""
        try:
            given = _words.arguments(arguments)
        except ValueError as error:
            return Outcome(f"Error: the arguments are not a JSON object: {error}", True)
        try:
            answer = await self.client.tools.call(
                name,
                given,
                agent=self.agent,
                context={**self.context, **(context or {})},
                idempotency_key=_words.key(self._scope, name, call_id, given),
                wait=self.wait,
            )
        except CallwrightError as error:
            return _words.refused(error)
        directive = answer.get("directive")
        if directive and self.on_directive:
            self.on_directive(directive)
        return _words.outcome(answer)

    async def call_all(self, calls: List[Call]) -> List[Outcome]:
        """Carries out several at once, and gives what came of them in the same order."""
        return await _concurrent.all_async([partial(self.call, call.name, call.arguments, call.id) for call in calls])
