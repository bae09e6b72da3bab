"""What can go wrong between this program and a server."""

from __future__ import annotations

from typing import Any, Mapping, Optional


class CallwrightError(Exception):
    """Everything that this package raises by itself."""


class ConnectionFailed(CallwrightError):
    """The server could not be reached, or the connection broke off."""

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent
        """Whether the request may have arrived; if not, it surely was not done."""


class TimedOut(ConnectionFailed):
    """The server did not answer in time. A write without an idempotency key may or may not have been done."""


class ApiError(CallwrightError):
    """The server refused a request, and says why."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        request_id: Optional[str] = None,
        details: Optional[Mapping[str, Any]] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(
            f"{message} ({code}, {status}, request {request_id})" if request_id else f"{message} ({status})"
        )
        self.status = status
        self.code = code
        """A stable name such as `idempotency_key_reused`."""
        self.message = message
        self.request_id = request_id
        """With this the server's log can be searched."""
        self.details: Mapping[str, Any] = details or {}
        self.retry_after = retry_after
        """The seconds to wait, where the server has said so."""

    @property
    def field(self) -> Optional[str]:
        """The field of the request that is wrong, where it is one."""
        field = self.details.get("field")
        return field if isinstance(field, str) else None


class InvalidRequest(ApiError):
    """400, 413, 415 and 422: the request is not as it should be."""


class Unauthenticated(ApiError):
    """401: there is no token, or it is not good."""


class PaymentRequired(ApiError):
    """402: there are not enough credits."""


class Forbidden(ApiError):
    """403: the token may not."""


class NotFound(ApiError):
    """404: there is none, or none that the token may see."""


class Conflict(ApiError):
    """409: it does not fit what is there, for example an idempotency key that was used for something else."""


class Gone(ApiError):
    """410: it came too late."""


class RateLimited(ApiError):
    """429: too often; `retry_after` says when to come back."""


class ServerError(ApiError):
    """5xx: the server could not."""


_BY_STATUS = {
    400: InvalidRequest,
    401: Unauthenticated,
    402: PaymentRequired,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    413: InvalidRequest,
    415: InvalidRequest,
    422: InvalidRequest,
    429: RateLimited,
}


def from_answer(status: int, body: Any, headers: Mapping[str, str]) -> ApiError:
    """The exception for an answer. One that is not of our server, a proxy's say, has the code `http_STATUS`."""
    told = body.get("error") if isinstance(body, dict) else None
    told = told if isinstance(told, dict) else {}
    kind = _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
    return kind(
        status,
        str(told.get("code") or f"http_{status}"),
        str(told.get("message") or _unsaid(status)),
        request_id=told.get("request_id") or headers.get("x-request-id"),
        details=told.get("details"),
        retry_after=seconds(headers.get("retry-after")),
    )


def _unsaid(status: int) -> str:
    if 300 <= status < 400:
        return "the server points elsewhere: is `base_url` right (https, host, path)?"
    return f"the server answered {status}"


def seconds(header: Optional[str]) -> Optional[float]:
    """A `Retry-After` in seconds; one that is a date counts as none."""
    try:
        return max(0.0, float(header)) if header is not None else None
    except ValueError:
        return None
