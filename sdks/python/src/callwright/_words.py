"""What a model is told of an answer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Union, cast

from ._generated import models
from .errors import ApiError, CallwrightError, ConnectionFailed

MOST_WORDS = 4_000
"""What a model is told of a failure, at most, in characters. Results are cut by the server, to fit the model."""


@dataclass(frozen=True)
class Outcome:
    """What came of a model's call, in words that the model can read."""

    text: str
    is_error: bool
    data: Any = None
    """The result as JSON, when it worked."""
    answer: Optional[models.CallAnswer] = None
    """The server's whole answer; none where there was none."""
    images: List[Dict[str, str]] = field(default_factory=list)
    """Pictures among the results: `data` in base64 and `mime_type`."""

    def value(self) -> Any:
        """For runtimes that want JSON: an object or list as it is, anything else under a name."""
        if self.is_error:
            return {"error": self.text}
        return self.data if isinstance(self.data, (dict, list)) and self.data else {"result": self.text}


def outcome(answer: models.CallAnswer) -> Outcome:
    """What a model is told of an answer."""
    if answer["success"]:
        text, images = _result(answer)
        return Outcome(text, False, answer.get("data"), answer, images)
    pending, error = answer.get("pending"), answer.get("error")
    if pending:
        told = _waiting(answer, pending)
    elif error:
        told = f"Error ({error['class']}): {error['message']}"
        if error.get("alternative_action"):
            told += f" Instead: {error['alternative_action']}."
        if error["retryable"]:
            told += " The same call may be made again."
    else:
        told = f"Error: the tool {answer['tool']} ended as {answer['state']}"
    return Outcome(told[:MOST_WORDS], pending is None, None, answer)


def refused(error: CallwrightError) -> Outcome:
    """What a model is told when the server refused the call or could not be reached."""
    if isinstance(error, ApiError):
        told = f"Error ({error.code}): {error.message}"
    elif not isinstance(error, ConnectionFailed):
        told = f"Error: {error}"
    else:
        told = f"Error: the tools' server did not answer ({error}). Nobody knows whether the call was carried out."
    return Outcome(told[:MOST_WORDS], True)


def _result(answer: models.CallAnswer) -> "tuple[str, List[Dict[str, str]]]":
    pieces: List[str] = []
    images: List[Dict[str, str]] = []
    data = answer.get("data")
    if isinstance(data, str):
        pieces.append(data)
    elif data is not None:
        pieces.append(json.dumps(data, ensure_ascii=False))
    for block in answer.get("content") or []:
        if block["type"] == "text":
            pieces.append(block["text"])
        elif block["type"] == "json":
            pieces.append(json.dumps(block["value"], ensure_ascii=False))
        elif block["type"] == "image":
            images.append({"data": block["data"], "mime_type": block["mime_type"]})
            pieces.append("(a picture)")
        elif block["type"] == "resource_link":
            pieces.append(f"{block['name']}: {block['uri']}")
        else:
            # A resource may be a text; a sound, and what a newer server knows, is only named.
            told = cast(Dict[str, Any], block)
            pieces.append(str(told.get("text") or f"({told['type']})"))
    if not pieces and answer.get("message"):
        pieces.append(str(answer["message"]))
    cut = answer.get("truncated")
    if cut:
        pieces.append(f"(cut: {cut['shown_bytes']} of {cut['total_bytes']} bytes)")
    return "\n".join(pieces) or "Done.", images


def _waiting(answer: models.CallAnswer, pending: models.Pending) -> str:
    error = answer.get("error")
    reason = error["message"] if error else answer.get("message") or pending["spoken"]
    if pending["kind"] == "approval":
        return f"Not done yet: a person has to approve {answer['tool']} first. {reason}"
    if pending["kind"] == "confirmation":
        return f"Not done yet: {reason}"
    return f"Not finished yet ({answer['execution_id']}): {reason}"


def arguments(given: Union[str, bytes, Mapping[str, Any], None]) -> Dict[str, Any]:
    """A model's arguments, which some runtimes give as a text."""
    if isinstance(given, (str, bytes)):
        read = json.loads(given) if given.strip() else {}
        if not isinstance(read, dict):
            raise ValueError("the arguments must be a JSON object")
        return read
    return dict(given or {})


def key(scope: str, tool: str, call_id: str, given: Mapping[str, Any]) -> str:
    """The key under which a model's call is done once, however often the request is sent.

    Some models number their calls anew in each answer, so the arguments count as well.
    """
    whole = json.dumps([scope, tool, call_id, given], sort_keys=True, default=str)
    return "sdk-" + hashlib.sha256(whole.encode()).hexdigest()[:40]
