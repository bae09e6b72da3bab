"""Runs one tool in a fresh instance: reads the call from the host, and gives it the result or the error."""

import asyncio
import builtins
import inspect
import json
import logging
import marshal
import os
import random
import sys
import types

from _callwright import channel, check, http, library, loop, signature, values

FILE = "tool.py"
_FRAMES = 24


class _Printed:
    """What the tool prints goes to the host as it comes. The host keeps the beginning and counts the rest; far beyond that nothing is handed over."""

    encoding, errors, newlines, closed = "utf-8", "replace", None, False

    def __init__(self, stream, most):
        self.stream, self.left = stream, most

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.left > 0:
            data = text[: self.left].encode("utf-8", "replace")
            self.left -= len(text)
            channel.output(self.stream, data)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def writable(self):
        return True

    def readable(self):
        return False

    def seekable(self):
        return False


class _Log(logging.Handler):
    def emit(self, record):
        try:
            sys.stderr.write(f"{record.levelname} {record.name}: {self.format(record)}\n")
        except RecursionError:
            raise
        except Exception:
            self.handleError(record)


def _importer(allowed, apart):
    """`import` as the tool's own code has it: only what its author listed."""
    original = builtins.__import__

    def importer(name, globals=None, locals=None, fromlist=(), level=0):
        # C code of the standard library asks with a list; its imports are its own affair.
        if level == 0 and not isinstance(fromlist, list) and not check.is_allowed(name, fromlist, allowed, apart):
            raise ImportError(check.why_not(name), name=name)
        return original(name, globals, locals, fromlist, level)

    return importer


def _module(request):
    """The module that the tool's source becomes."""
    module = types.ModuleType("tool")
    names = dict(builtins.__dict__)
    if request.get("imports") is not None:
        names["__import__"] = _importer(request["imports"], request["apart"])
    module.__builtins__ = names
    module.__file__ = FILE
    sys.modules["tool"] = module
    return module


def _prepare(request):
    if request["env"]:
        os.environ.update(request["env"])
    # The snapshot's state would be everybody's.
    random.seed()
    most = request["log_bytes"] * 16
    sys.stdout, sys.stderr = _Printed(0, most), _Printed(1, most)
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
    root = logging.getLogger()
    root.handlers[:] = [_Log()]
    root.setLevel(logging.INFO)


def _run(request):
    module = _module(request)
    exec(marshal.loads(channel.read("code")), module.__dict__)
    function = module.__dict__.get(request["function"])
    if not callable(function):
        raise NameError(f"the code no longer defines `{request['function']}`")
    result = signature.call(function, request["names"], request["parameters"], request["context"])
    if inspect.isawaitable(result):
        result = asyncio.run(_awaited(result))
    encoded = values.encode(result)
    if len(encoded) > request["output_bytes"]:
        raise values.TooLarge(f"the result has {len(encoded)} bytes as JSON; at most {request['output_bytes']} are allowed")
    return encoded


async def _awaited(awaitable):
    return await awaitable


def _frames(trace):
    """The tool's own lines, outermost first; of a deep recursion only both ends."""
    first, last, count = [], [], 0
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == FILE:
            count += 1
            place = [trace.tb_lineno, code.co_name]
            if len(first) < _FRAMES // 4:
                first.append(place)
            else:
                last.append(place)
                if len(last) > _FRAMES * 3 // 4:
                    del last[0]
        trace = trace.tb_next
    return {"frames": first + last, "omitted": count - len(first) - len(last)}


def _message(error):
    try:
        # The host cuts it to size once secrets are hidden.
        return str(error)[:20000]
    except Exception as second:
        return f"(its message cannot be read: {type(second).__name__})"


def _is_for_the_model(error):
    """A plain ValueError, or one of the tool's own kinds of it; json's and unicode's are mistakes of the code."""
    kind = type(error)
    return kind is ValueError or (isinstance(error, ValueError) and kind.__module__ == "tool")


def _failure(error):
    kind = type(error)
    told = {"type": kind.__qualname__, "message": _message(error), **_frames(error.__traceback__)}
    if isinstance(error, (values.Unconvertible, values.TooLarge)):
        told |= {"kind": "result", "message": str(error)}
    elif isinstance(error, MemoryError):
        told["kind"] = "memory"
    elif isinstance(error, signature.Mismatch):
        told["kind"] = "signature"
    elif isinstance(error, SyntaxError) and not told["frames"]:
        told |= {"kind": "syntax", "line": error.lineno, "column": error.offset, "message": error.msg}
    elif isinstance(error, SystemExit):
        told |= {"kind": "exit"}
    elif _is_for_the_model(error):
        told["kind"] = "value"
    else:
        told["kind"] = "exception"
    return told


def main():
    request = marshal.loads(channel.read("call"))
    try:
        _prepare(request)
        if request["mode"] == "run":
            result = b'{"kind":"done","result":' + _run(request) + b"}"
        else:
            result = json.dumps(check.MODES[request["mode"]](request)).encode()
    except BaseException as error:
        if isinstance(error, MemoryError):
            # Room for what comes now.
            sys.modules.pop("tool", None)
        result = json.dumps(_failure(error)).encode()
    channel.write("result", result)


def install():
    """Once, before the snapshot is taken."""
    os.environ.clear()
    loop.install()
    http.install()
    library.install()
    asyncio.run(_warm())


async def _warm():
    await asyncio.sleep(0)


def enter(wrapper, entry):
    """What the interpreter's own wrapper is asked to run is compiled once, here, rather than in each call."""
    compiled = compile(entry, "<user>", "exec")

    def compile_once(source, *rest, **more):
        return compiled if source == entry else compile(source, *rest, **more)

    wrapper["compile"] = compile_once
