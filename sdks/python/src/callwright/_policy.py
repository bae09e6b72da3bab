"""What is sent, and what may be sent again: the part of a request that needs no network."""

from __future__ import annotations

import os
import random
import re
from typing import Any, Dict, Mapping, Optional, Tuple
from urllib.parse import quote

import httpx

from ._version import __version__
from .errors import CallwrightError, ConnectionFailed, TimedOut, seconds

DEFAULT_URL = "http://127.0.0.1:8080"
DEFAULT_TIMEOUT = 60.0
CONNECT_TIMEOUT = 10.0
CALL_TIMEOUT = 300.0
# How often a request is sent at most, and the longest that is waited before it is sent again: on the telephone nobody
# waits longer.
ATTEMPTS = 3
LONGEST_WAIT = 10.0
FIRST_WAIT = 0.25
IDEMPOTENCY_KEY = "Idempotency-Key"
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def settings(base_url: Optional[str], token: Optional[str]) -> Tuple[str, Optional[str]]:
    """Where and as whom: what was said, else `CALLWRIGHT_URL` and `CALLWRIGHT_TOKEN` as for the command line."""
    base = (base_url or os.environ.get("CALLWRIGHT_URL") or DEFAULT_URL).rstrip("/")
    if not re.match(r"https?://[^/]", base):
        raise CallwrightError(f"`base_url` must begin with http:// or https://, not be `{base}`")
    # A file or a secret ends in a newline, most often.
    said = (token or os.environ.get("CALLWRIGHT_TOKEN") or "").strip()
    if not re.fullmatch(r"[!-~]*", said):
        # Without the token itself: these words may come to a log or a model.
        raise CallwrightError("the token holds characters that no token has: is it one line of visible ASCII?")
    return base, said or None


def headers(token: Optional[str], more: Optional[Mapping[str, Any]] = None) -> Dict[str, str]:
    said = {"User-Agent": f"callwright-python/{__version__}", "Accept": "application/json", **query(more)}
    if not re.fullmatch(r"[!-~]{1,255}", said.get(IDEMPOTENCY_KEY, "none")):
        raise CallwrightError("`idempotency_key` must be 1 to 255 visible ASCII characters")
    if token:
        said["X-Token"] = token
    return said


def place(template: str, values: Optional[Mapping[str, Any]]) -> str:
    """A path with its values, each of them one segment."""
    for name, value in (values or {}).items():
        text = str(value)
        # A client would take these for steps upwards, encoded or not.
        if text in ("", ".", ".."):
            raise CallwrightError(f"`{name}` must not be `{text}`")
        template = template.replace("{" + name + "}", quote(text, safe=""))
    return template


def query(values: Optional[Mapping[str, Any]]) -> Dict[str, str]:
    said = {}
    for name, value in (values or {}).items():
        if value is not None:
            said[name] = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return said


def wait(method: str, keyed: bool, attempt: int, failure: Any) -> Optional[float]:
    """How long to wait before the request is sent again; none if it may not be.

    A read may. A write may if it surely was not done (no connection; our server's own 429 and 503 with a time to come
    back), or if it carries an idempotency key, by which the server recognizes it.
    """
    if attempt >= ATTEMPTS:
        return None
    pause: float = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.5, 1.0)
    is_safe = keyed or method in ("GET", "HEAD")
    if isinstance(failure, httpx.Response):
        asked = seconds(failure.headers.get("retry-after"))
        # A gateway may say so as well, after it has passed the request on.
        if failure.status_code in (429, 503) and asked is not None and (is_safe or _is_ours(failure)):
            return max(asked, pause) if asked <= LONGEST_WAIT else None
        return pause if is_safe and failure.status_code in (429, 502, 503, 504) else None
    if isinstance(failure, httpx.LocalProtocolError):
        return None
    if isinstance(failure, _NOT_SENT):
        return pause
    return pause if is_safe and isinstance(failure, httpx.TransportError) else None


def failed(error: httpx.TransportError) -> ConnectionFailed:
    if isinstance(error, httpx.LocalProtocolError):
        # Its own words quote the header, the token's as well.
        return ConnectionFailed("the request could not be formed", sent=False)
    kind = TimedOut if isinstance(error, httpx.TimeoutException) else ConnectionFailed
    return kind(str(error) or type(error).__name__, sent=not isinstance(error, _NOT_SENT))


def _is_ours(response: httpx.Response) -> bool:
    """Whether our server has answered, in its own form, and no gateway before it."""
    try:
        body = response.json()
    except ValueError:
        return False
    told = body.get("error") if isinstance(body, dict) else None
    return isinstance(told, dict) and bool(told.get("code")) and bool(told.get("request_id"))


def patience(seconds: float) -> httpx.Timeout:
    left = max(seconds, 0.001)
    return httpx.Timeout(left, connect=min(left, CONNECT_TIMEOUT))


def read(response: httpx.Response, reading: str) -> Any:
    if reading == "nothing" or response.status_code == 204:
        return None
    if reading == "bytes":
        return response.content
    if reading == "text":
        return response.text
    try:
        return response.json()
    except ValueError:
        raise ConnectionFailed("the answer is not JSON: is this address that of a Callwright server?") from None
