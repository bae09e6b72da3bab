"""What a model is told of an answer."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Union, cast

from . import _plain
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
    beside: str = ""
    """What the text says beside the data: further texts and links, and that the result was cut."""

    def value(self) -> Any:
        """For runtimes that want JSON: an object or list as it is, anything else under a name."""
        if self.is_error:
            return {"error": self.text}
        if not isinstance(self.data, (dict, list)) or not self.data:
            return {"result": self.text}
        return {"result": self.data, "note": self.beside} if self.beside else self.data


def outcome(answer: models.CallAnswer) -> Outcome:
    """What a model is told of an answer."""
    if answer["success"]:
        pieces, images = _result(answer)
        data = answer.get("data")
        beside = "\n".join(pieces if data is None else pieces[1:])
        return Outcome("\n".join(pieces) or "Done.", False, data, answer, images, beside)
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
        told = f"Error: the tools' server did not answer ({error}). "
        told += (
            "Nobody knows whether the call was carried out."
            if error.sent
            else "The call was not carried out; it may be made again."
        )
    return Outcome(told[:MOST_WORDS], True)


def _result(answer: models.CallAnswer) -> "tuple[List[str], List[Dict[str, str]]]":
    """The pieces of a result, the data first, and its pictures."""
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
    return pieces, images


def _waiting(answer: models.CallAnswer, pending: models.Pending) -> str:
    error = answer.get("error")
    reason = error["message"] if error else answer.get("message") or pending["spoken"]
    if pending["kind"] == "approval":
        return f"Not done yet: a person has to approve {answer['tool']} first. {reason}"
    if pending["kind"] == "confirmation":
        return f"Not done yet: {reason}"
    return f"Not finished yet ({answer['execution_id']}): {reason}"


def arguments(given: Union[str, bytes, Mapping[str, Any], None]) -> Dict[str, Any]:
    """A model's arguments, which some runtimes give as a text. What cannot be sent as JSON is a `ValueError`."""
    try:
        read = given
        if isinstance(given, (str, bytes)):
            read = json.loads(given) if given.strip() else {}
        if not isinstance(read or {}, Mapping) or isinstance(read, (str, bytes)):
            raise ValueError("the arguments must be a JSON object")
        made = dict(read or {})
        _plain.plain(made)
        json.dumps(made, allow_nan=False, ensure_ascii=False).encode()
        return made
    except UnicodeError:
        raise ValueError("a text in them is not valid Unicode, it holds half of a character") from None
    except (RecursionError, TypeError) as error:
        raise ValueError(str(error)) from None


def key(scope: str, tool: str, call_id: Optional[str], given: Mapping[str, Any], answer_id: Optional[str]) -> str:
    """The key under which a model's call is done once, however often the request is sent.

    An id that was made by chance says which call it is. Some models give none, or number their calls anew in each
    answer (`functions.charge:0`): then the answer's id says it, and without one every call is its own. Only what says
    which call it is may make one of two. The arguments count as well.
    """
    id = call_id or ""
    if not _is_of_chance(id, tool):
        id = f"{answer_id} {id}" if answer_id and id and _is_of_chance(answer_id, tool) else uuid.uuid4().hex
    whole = json.dumps([scope, tool, id, given], sort_keys=True, default=str)
    return "sdk-" + hashlib.sha256(whole.encode()).hexdigest()[:40]


def _is_of_chance(id: str, tool: str) -> bool:
    """Whether an id is most likely no other call's: `call_8fKx01…`, not `call_1` or `functions.x:0`."""
    runs = re.findall(r"[0-9A-Za-z]{8,}", id.replace(tool, " ") if tool else id)
    return any(re.search(r"[0-9]", run) for run in runs)


def same(tool: str, given: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """A name for calls that want the same."""
    return json.dumps([tool, given, context], sort_keys=True, default=str)
