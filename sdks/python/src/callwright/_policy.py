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
# How often a request is sent at most, and the longest that is waited before it is sent again: on the telephone nobody
# waits longer.
ATTEMPTS = 3
LONGEST_WAIT = 10.0
FIRST_WAIT = 0.25
IDEMPOTENCY_KEY = "Idempotency-Key"


def settings(base_url: Optional[str], token: Optional[str]) -> Tuple[str, Optional[str]]:
    """Where and as whom: what was said, else `CALLWRIGHT_URL` and `CALLWRIGHT_TOKEN` as for the command line."""
    base = (base_url or os.environ.get("CALLWRIGHT_URL") or DEFAULT_URL).rstrip("/")
    if not re.match(r"https?://[^/]", base):
        raise CallwrightError(f"`base_url` must begin with http:// or https://, not be `{base}`")
    return base, token or os.environ.get("CALLWRIGHT_TOKEN") or None


def headers(token: Optional[str]) -> Dict[str, str]:
    said = {"User-Agent": f"callwright-python/{__version__}", "Accept": "application/json"}
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

    A read may. A write may if it surely was not done (no connection; 429 and 503 with a time to come back), or if it
    carries an idempotency key, by which the server recognizes it.
    """
    if attempt >= ATTEMPTS:
        return None
    pause: float = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.5, 1.0)
    is_safe = keyed or method in ("GET", "HEAD")
    if isinstance(failure, httpx.Response):
        asked = seconds(failure.headers.get("retry-after"))
        if failure.status_code in (429, 503) and asked is not None:
            return max(asked, pause) if asked <= LONGEST_WAIT else None
        return pause if is_safe and failure.status_code in (429, 502, 503, 504) else None
    if isinstance(failure, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        return pause
    return pause if is_safe and isinstance(failure, httpx.TransportError) else None


def failed(error: httpx.TransportError) -> ConnectionFailed:
    words = str(error) or type(error).__name__
    return TimedOut(words) if isinstance(error, httpx.TimeoutException) else ConnectionFailed(words)


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
