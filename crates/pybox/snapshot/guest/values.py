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
        return [_item(item, index, depth) for index, item in enumerate(value)]
    if kind is dict:
        return {_key(key): _member(item, key, depth) for key, item in value.items()}
    return _other(value, depth)


def _item(value, index, depth):
    try:
        return _plain(value, depth + 1)
    except Unconvertible as failed:
        failed.path.append(f"[{index}]")
        raise


def _member(value, key, depth):
    try:
        return _plain(value, depth + 1)
    except Unconvertible as failed:
        failed.path.append(f".{key}")
        raise


def _key(key):
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
        return {name: _member(getattr(value, name), name, depth) for name in names}
    if isinstance(value, tuple) and isinstance(getattr(type(value), "_fields", None), tuple):
        return {name: _member(item, name, depth) for name, item in zip(type(value)._fields, value)}
    if isinstance(value, (set, frozenset)):
        return [_item(item, index, depth) for index, item in enumerate(_ordered(value))]
    if isinstance(value, (list, tuple, collections.deque, range)):
        return [_item(item, index, depth) for index, item in enumerate(value)]
    if isinstance(value, collections.abc.Mapping):
        return {_key(key): _member(item, key, depth) for key, item in value.items()}
    if isinstance(value, (type({}.keys()), type({}.values()), type({}.items()))):
        return [_item(item, index, depth) for index, item in enumerate(value)]
    raise Unconvertible(f"a value of the type {_name(value)} has no form in JSON")


def _ordered(items):
    try:
        return sorted(items)
    except TypeError:
        return sorted(items, key=repr)


def _name(value):
    return value.__name__ + " (a class)" if isinstance(value, type) else type(value).__name__
