"""Runs a workload under RestrictedPython, in this process, for a while. For comparison only: it is no sandbox.

Reads lines such as `{"workload": "w1_trivial", "seconds": 1.0}` and answers each with a list of milliseconds.
"""

import json
import operator
import pathlib
import sys
import time

from RestrictedPython import compile_restricted, safe_builtins
from RestrictedPython.Eval import default_guarded_getiter
from RestrictedPython.Guards import full_write_guard, guarded_iter_unpack_sequence, guarded_unpack_sequence, safer_getattr

HERE = pathlib.Path(__file__).parent
INPLACE = {"+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv}
BUILTINS = {
    **safe_builtins, "__import__": __import__, "all": all, "any": any, "dict": dict, "enumerate": enumerate, "list": list,
    "max": max, "min": min, "set": set, "sorted": sorted, "sum": sum,
}


def names():
    return {
        "__builtins__": BUILTINS,
        "__name__": "tool",
        "__metaclass__": type,
        "_getattr_": safer_getattr,
        "_getitem_": operator.getitem,
        "_getiter_": default_guarded_getiter,
        "_inplacevar_": lambda sign, left, right: INPLACE[sign](left, right),
        "_iter_unpack_sequence_": guarded_iter_unpack_sequence,
        "_unpack_sequence_": guarded_unpack_sequence,
        "_write_": full_write_guard,
    }


def call(code, text):
    """What a call is elsewhere: arguments as JSON, a fresh module, the result as JSON."""
    module = names()
    exec(code, module)
    return json.dumps(module["execute_tool"](json.loads(text), {}))


def main():
    text = (HERE / "params.json").read_text()
    for line in sys.stdin:
        asked = json.loads(line)
        code = compile_restricted((HERE / f"{asked['workload']}.py").read_text(), "tool.py", "exec")
        took, end = [], time.perf_counter() + asked["seconds"]
        while not took or time.perf_counter() < end:
            began = time.perf_counter()
            result = call(code, text)
            took.append((time.perf_counter() - began) * 1000)
        print(json.dumps({"result": json.loads(result), "took": took}), flush=True)


if __name__ == "__main__":
    main()
