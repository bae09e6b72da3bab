# Made by generate.py from `_async`. Do not edit.
"""The client of a Callwright server: what is needed every day, by short names."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Iterator, Callable, Optional, Type

import httpx

from .paging import items
from .resources import Agents, Approvals, Conversations, Executions, Runs, Threads, Tools
from .transport import Transport


class Client:
    """A server, and who you are there.

    Without arguments the address and the token are taken from `CALLWRIGHT_URL` and `CALLWRIGHT_TOKEN`. `api` has every
    operation by its name in the OpenAPI document; `tools`, `agents`, `runs` and so on have the everyday ones. `timeout`
    is for a request with all its attempts, in seconds: 60, and 300 for the call of a tool, unless it is said.
    """

    def __init__(
        self,
        base_url: Optional[str] = None,
        token: Optional[str] = None,
        *,
        timeout: Optional[float] = None,
        http_client: Optional[httpx.Client] = None,
    ) -> None:
        self.api = Transport(base_url, token, timeout=timeout, http_client=http_client)
        self.tools = Tools(self.api)
        self.agents = Agents(self.api)
        self.runs = Runs(self.api)
        self.executions = Executions(self.api)
        self.approvals = Approvals(self.api)
        self.threads = Threads(self.api)
        self.conversations = Conversations(self.api)

    @property
    def base_url(self) -> str:
        return self.api.base_url

    @property
    def token(self) -> Optional[str]:
        return self.api.token

    def pages(self, operation: Callable[..., Any], *places: Any, **filters: Any) -> Iterator[Any]:
        """Every item of a list that is given in pages: `client.pages(client.api.list_secrets)`."""
        return items(operation, *places, **filters)

    def close(self) -> None:
        self.api.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()
