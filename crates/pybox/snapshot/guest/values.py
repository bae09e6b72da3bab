"""From what a tool returns to plain JSON values. The rules are in docs/guides/python-tool.md."""

import base64
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import math
import pathlib
import uuid

DEPTH = 100
_WHOLE = -(1 << 63), (1 << 64) - 1
# The host's JSON library takes an object with this key for something else, now or when it reads the log.
_TAKEN = "$serde_json::private::RawValue"


class Unconvertible(Exception):
    """A value that JSON has no form for; `path` grows on the way out."""

    def __init__(self, why):
        self.why = why
        self.path = []

    def __str__(self):
        path = "".join(reversed(self.path))
        return f"{self.why} at result{path if len(path) <= 200 else path[:100] + '…'}"


class TooLarge(Exception):
    """More than may be returned."""


def encode(value):
    """The JSON text of `value`, as bytes."""
    plain = _plain(value, 0)
    # A lone surrogate has no form in UTF-8.
    return json.dumps(plain, ensure_ascii=False, check_circular=False, separators=(",", ":")).encode("utf-8", "replace")


def _plain(value, depth):
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        if _WHOLE[0] <= value <= _WHOLE[1]:
            return value
        try:
            return str(value)
        except ValueError:
            raise Unconvertible("an integer has too many digits to be written out") from None
    if kind is float:
        if math.isfinite(value):
            return value
        raise Unconvertible(f"{value} is not a number that JSON knows; return None or a text instead")
    if depth >= DEPTH:
        raise Unconvertible(f"there are more than {DEPTH} levels, or something contains itself,")
    if kind is list or kind is tuple:
        return _list(value, depth)
    if kind is dict:
        return _object(value.items(), depth)
    return _other(value, depth)


def _list(items, depth):
    plain = []
    index = 0
    try:
        for index, item in enumerate(items):
            kind = type(item)
            plain.append(item if kind is str or kind is bool or item is None else _plain(item, depth + 1))
    except Unconvertible as failed:
        failed.path.append(f"[{index}]")
        raise
    return plain


def _object(items, depth):
    plain = {}
    name = None
    try:
        for key, item in items:
            name = None
            name = key if type(key) is str else _key(key)
            kind = type(item)
            plain[name] = item if kind is str or kind is bool or item is None else _plain(item, depth + 1)
    except Unconvertible as failed:
        if name is not None:
            failed.path.append(f".{name}")
        raise
    if len(plain) != len(items):
        raise Unconvertible(f"two keys of a dict are the same once they are texts ({_twice(items)!r})")
    if _TAKEN in plain:
        raise Unconvertible(f"a dict key may not be {_TAKEN!r}")
    return plain


def _twice(items):
    seen = set()
    for key, _ in items:
        name = _key(key)
        if name in seen:
            return name
        seen.add(name)


def _key(key):
    """The text that a key becomes."""
    if type(key) is str:
        return key
    if key is None or isinstance(key, (bool, int, float)) and not isinstance(key, enum.Enum):
        return json.dumps(key)
    if isinstance(key, (str, datetime.date, datetime.time, enum.Enum, uuid.UUID, decimal.Decimal, pathlib.PurePath)):
        plain = _plain(key, 0)
        return plain if isinstance(plain, str) else json.dumps(plain)
    raise Unconvertible(f"a dict key of the type {_name(key)} has no form in JSON; make it a text")


def _other(value, depth):
    if isinstance(value, enum.Enum):
        return _plain(value.value, depth + 1)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _plain(int.__int__(value), depth)
    if isinstance(value, float):
        return _plain(float.__float__(value), depth)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        if value.is_finite():
            return str(value)
        raise Unconvertible(f"Decimal {value} is not a number that JSON knows")
    if isinstance(value, (uuid.UUID, fractions.Fraction, pathlib.PurePath)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return _object([(name, getattr(value, name)) for name in names], depth)
    if isinstance(value, tuple) and isinstance(getattr(type(value), "_fields", None), tuple):
        return _object(list(zip(type(value)._fields, value)), depth)
    if isinstance(value, (set, frozenset)):
        return _list(_ordered(value), depth)
    if isinstance(value, (list, tuple, collections.deque, range)):
        return _list(value, depth)
    if isinstance(value, collections.abc.Mapping):
        return _object(list(value.items()), depth)
    if isinstance(value, (type({}.keys()), type({}.values()), type({}.items()))):
        return _list(value, depth)
    raise Unconvertible(f"a value of the type {_name(value)} has no form in JSON")


def _ordered(items):
    try:
        return sorted(items)
    except TypeError:
        return sorted(items, key=repr)


def _name(value):
    return value.__name__ + " (a class)" if isinstance(value, type) else type(value).__name__
