"""What programs give, as JSON that a server takes."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any, Mapping

MOST_DEPTH = 100
"""How deep lists and objects may stand in each other; the server reads 128 levels, the frame's own among them."""


def text(value: Any) -> str:
    """A value as a text of JSON. What JSON cannot hold is a `ValueError` or `TypeError`."""
    return json.dumps(plain(value), allow_nan=False)


def plain(value: Any, depth: int = 0) -> Any:
    """A value with what JSON does not know put in words: dates, decimals, identifiers, sets and the like.

    What is no number (NaN) is none, as in JavaScript. Half of a character, which some models write, becomes a sign that
    something is missing. Numbers that most readers would change are texts.
    """
    if depth > MOST_DEPTH:
        raise ValueError(f"it is nested deeper than {MOST_DEPTH} levels, or holds itself")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return mended(str(value))
    if isinstance(value, int):
        whole = int(value)
        return whole if -(2**63) <= whole < 2**64 else str(whole)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_name(name): plain(each, depth + 1) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each, depth + 1) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name), depth + 1) for each in dataclasses.fields(value)}
    number = getattr(value, "tolist", None)
    if callable(number):
        # Arrays and numbers of numpy and its kin.
        return plain(number(), depth + 1)
    kind: Any = type(value)
    if kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__:
        raise TypeError(f"an object of the type {kind.__name__} is not JSON")
    return mended(str(value))


def mended(words: str) -> str:
    """A text that can be sent: of half a character (a lone surrogate) only a sign is left."""
    try:
        words.encode()
    except UnicodeEncodeError:
        return words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return words


def _name(name: Any) -> str:
    if isinstance(name, str):
        return mended(name)
    # As `json` has it.
    return json.dumps(name) if name is None or isinstance(name, (bool, int, float)) else mended(str(name))
