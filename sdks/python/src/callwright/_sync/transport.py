# Made by generate.py from `_async`. Do not edit.
"""Requests over the network, with what may be sent again sent again."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Iterator, Dict, Optional, Type

import httpx

from .. import _policy, errors
from .._events import Event, Events
from .._generated.operations import Operations


class Transport(Operations):
    """Every operation of the API over one connection pool."""

    def __init__(
        self,
        base_url: Optional[str] = None,
        token: Optional[str] = None,
        *,
        timeout: Optional[float] = None,
        http_client: Optional[httpx.Client] = None,
    ) -> None:
        self.base_url, self.token = _policy.settings(base_url, token)
        self.timeout = timeout or _policy.DEFAULT_TIMEOUT
        # A tool may take longer than anything else, unless it was said how long.
        self.call_timeout = timeout or _policy.CALL_TIMEOUT
        self._is_own = http_client is None
        self._http = http_client or httpx.Client(limits=httpx.Limits(max_connections=None))

    def close(self) -> None:
        if self._is_own:
            self._http.close()

    def _send(
        self,
        method: str,
        path_template: str,
        *,
        reading: str,
        path: Optional[Dict[str, Any]] = None,
        query: Optional[Dict[str, Any]] = None,
        headers: Optional[Dict[str, Any]] = None,
        body: Any = None,
        timeout: Optional[float] = None,
    ) -> Any:
        said = _policy.headers(self.token, headers)
        keyed = _policy.IDEMPOTENCY_KEY in said
        # However often it is sent: nobody waits longer.
        until = time.monotonic() + (timeout or self.timeout)
        attempt = 0
        while True:
            attempt += 1
            failure: Any
            try:
                response = self._http.request(
                    method,
                    self.base_url + _policy.place(path_template, path),
                    params=_policy.query(query),
                    headers=said,
                    json=body,
                    timeout=_policy.patience(until - time.monotonic()),
                    follow_redirects=False,
                )
                if response.status_code < 300:
                    return _policy.read(response, reading)
                failure = response
            except httpx.TransportError as error:
                failure = error
            pause = _policy.wait(method, keyed, attempt, failure)
            if pause is None or time.monotonic() + pause >= until:
                if isinstance(failure, httpx.Response):
                    raise errors.from_answer(failure.status_code, _body(failure), failure.headers)
                raise _policy.failed(failure) from failure
            time.sleep(pause)

    def events(
        self,
        method: str,
        path_template: str,
        *,
        path: Optional[Dict[str, Any]] = None,
        headers: Optional[Dict[str, Any]] = None,
        body: Any = None,
    ) -> Iterator[Event]:
        """One stream of events, until it ends or breaks off."""
        said = {**_policy.headers(self.token, headers), "Accept": "text/event-stream"}
        # The server says something at least every fifteen seconds, if only that it is still there.
        patience = _policy.patience(self.timeout)
        url = self.base_url + _policy.place(path_template, path)
        try:
            how: Dict[str, Any] = {"headers": said, "json": body, "timeout": patience, "follow_redirects": False}
            with self._http.stream(method, url, **how) as response:
                if response.status_code >= 300:
                    response.read()
                    raise errors.from_answer(response.status_code, _body(response), response.headers)
                events = Events()
                for text in response.iter_text():
                    for event in events.feed(text):
                        yield event
        except httpx.TransportError as error:
            raise _policy.failed(error) from error

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()


def _body(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
