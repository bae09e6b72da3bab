"""How a tool's function wants to be called: read off its own parameter list."""

import types

_ARGS, _KEYWORDS = 0x04, 0x08


class Mismatch(Exception):
    """The function cannot be called with what the schema describes."""


def code_of(function):
    """The code object of what is finally called, and how many leading parameters are taken already."""
    for _ in range(20):
        inner = getattr(function, "__wrapped__", None)
        if inner is None:
            break
        function = inner
    if isinstance(function, types.MethodType):
        return function.__func__.__code__, 1, function.__func__.__defaults__
    if isinstance(function, types.FunctionType):
        return function.__code__, 0, function.__defaults__
    call = getattr(type(function), "__call__", None)
    if isinstance(call, types.FunctionType):
        return call.__code__, 1, call.__defaults__
    return None, 0, None


def plan(function, names):
    """One of `both`, `one`, `none`, `keywords`, `named`. `names` are the schema's properties."""
    code, taken, defaults = code_of(function)
    if code is None:
        return "both"
    names = set(names)
    places = list(code.co_varnames[taken : code.co_argcount])
    only = list(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])
    optional = set(places[len(places) - len(defaults or ()) :]) if defaults else set()
    known = names | {"context"}
    if not places and not only:
        return "keywords" if code.co_flags & _KEYWORDS else "both" if code.co_flags & _ARGS else "none"
    # `(parameters)` and `(parameters, context)` mean all arguments, also where one of them is called so.
    if not only and places[0] == "parameters" and ("parameters" not in names or places[1:2] in ([], ["context"])):
        if len(places) == 1 or len([name for name in places[1:] if name not in optional]) == 0 and "context" not in places:
            return "one"
        if len(places) == 2 or not [name for name in places[2:] if name not in optional]:
            return "both"
    rest_is_optional = all(name in optional for name in places[2:]) and set(only) <= set(getattr(function, "__kwdefaults__", None) or ())
    if len(places) >= 2 and places[1] == "context" and "context" not in names and rest_is_optional:
        if not any(name in names for name in places + only):
            return "both"
    is_by_name = [name for name in places + only if name in known]
    if not is_by_name and not only and 1 <= len(places) <= 2 and not optional:
        return "both" if len(places) == 2 else "one"
    # What `functools.partial` or a decorator fills in is not seen here; only what must be given is checked.
    kwdefaults = getattr(function, "__kwdefaults__", None) or {}
    missing = [name for name in places if name not in known and name not in optional]
    missing += [name for name in only if name not in known and name not in kwdefaults]
    if missing:
        raise Mismatch(
            f"the function's parameter `{missing[0]}` is neither a property of the tool's parameters nor has it a default"
        )
    if code.co_posonlyargcount > taken and any(name in known for name in places[: code.co_posonlyargcount - taken]):
        raise Mismatch("parameters before `/` cannot be given by name; take the `/` out, or use `(parameters, context)`")
    return "named"


def call(function, names, parameters, context):
    """Calls the function the way it wants."""
    way = plan(function, names)
    if way == "both":
        return function(parameters, context)
    if way == "one":
        return function(parameters)
    if way == "none":
        return function()
    if way == "keywords":
        return function(**parameters)
    code, taken, _ = code_of(function)
    if code.co_flags & _KEYWORDS:
        wanted = dict(parameters)
    else:
        accepted = code.co_varnames[taken : code.co_argcount + code.co_kwonlyargcount]
        wanted = {name: value for name, value in parameters.items() if name in accepted}
    if "context" in code.co_varnames[taken : code.co_argcount + code.co_kwonlyargcount] and "context" not in names:
        wanted["context"] = context
    return function(**wanted)
