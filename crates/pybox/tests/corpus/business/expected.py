"""Runs the corpus with the local python3 and writes expected.json: `python3 expected.py` (any Python from 3.11).

The conversion is written here once more, independently of the sandbox's runner, so that the two can be compared.
"""

import asyncio
import base64
import collections.abc
import contextlib
import dataclasses
import datetime
import decimal
import enum
import inspect
import io
import json
import math
import pathlib
import re
import sys
import types
import uuid

HERE = pathlib.Path(__file__).parent
CONTEXT_KEYS = ["execution_id", "agent_id", "user_id", "organization_id", "conversation_id", "call_sid", "phone_number",
                "correlation_id", "user_data", "env"]


def header(source, name):
    found = re.search(rf"^# {name}: (.*)$", source, re.MULTILINE)
    return found and found[1].strip()


def key(value, path):
    match value:
        case enum.Enum():
            return key(value.value, path)
        case str():
            return str(value)
        case bool() | None | int() | float():
            return json.dumps(value)
        case datetime.date() | datetime.time():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
    raise TypeError(f"a key of type {type(value).__name__} at {path}")


def plain(value, path="result"):
    """What the sandbox makes of a value."""
    def items(values):
        return [plain(item, f"{path}[{number}]") for number, item in enumerate(values)]

    match value:
        case enum.Enum():
            return plain(value.value, path)
        case None | bool() | str():
            return value
        case int():
            # What fits no machine word is given as text, or most readers of JSON would round it.
            return int(value) if -(2 ** 63) <= value < 2 ** 64 else str(value)
        case float():
            if not math.isfinite(value):
                raise TypeError(f"{value} at {path}")
            return value
        case decimal.Decimal() | uuid.UUID() | pathlib.PurePath():
            return str(value)
        case datetime.timedelta():
            seconds = value.total_seconds()
            return int(seconds) if seconds.is_integer() else seconds
        case datetime.date() | datetime.time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode()
        case set() | frozenset():
            try:
                return items(sorted(value))
            except TypeError:
                return items(sorted(value, key=repr))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), f"{path}.{field.name}") for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item, f"{path}.{name}") for name, item in value._asdict().items()}
    if isinstance(value, collections.abc.Mapping):
        return {key(name, path): plain(item, f"{path}.{name}") for name, item in value.items()}
    if isinstance(value, collections.abc.Iterable) and not isinstance(value, collections.abc.Iterator):
        return items(value)
    raise TypeError(f"{type(value).__name__} at {path}")


def call(source, name):
    module = sys.modules["tool"] = types.ModuleType("tool")     # dataclasses and pickle look their module up
    scope = vars(module)
    exec(compile(source, name, "exec"), scope)
    functions = {each: thing for each, thing in scope.items() if inspect.isfunction(thing) and thing.__module__ == "tool"}
    chosen = header(source, "function")
    function = functions[chosen] if chosen else functions.get("execute_tool") or next(iter(functions.values()))
    parameters = json.loads(header(source, "parameters") or "{}")
    context = dict.fromkeys(CONTEXT_KEYS)
    signature = inspect.signature(function).parameters
    names = list(signature)
    if names[:1] == ["parameters"]:
        result = function(parameters, context) if len(names) > 1 else function(parameters)
    else:
        result = function(**parameters)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def main():
    expected = {}
    for path in sorted(HERE.glob("b*.py")):
        with contextlib.redirect_stdout(io.StringIO()):
            expected[path.stem] = plain(call(path.read_text(encoding="utf-8"), path.name))
    text = json.dumps(expected, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
    if "--check" in sys.argv:
        old = json.loads((HERE / "expected.json").read_text())
        for name in sorted(old.keys() | expected.keys()):
            if old.get(name) != json.loads(text).get(name):
                print(f"{name}: {json.dumps(old.get(name))}\n  now {json.dumps(expected.get(name))}")
        sys.exit(old != json.loads(text))
    (HERE / "expected.json").write_text(text)
    print(f"{len(expected)} programs, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
