"""What is looked at when a tool is saved: syntax, imports, the function, and what it reads of its parameters."""

import ast
import base64
import marshal

from _callwright import channel, signature

FILE = "tool.py"

INSTEAD = {
    "pandas": "use `csv`, `statistics`, `collections` and list comprehensions",
    "numpy": "use `math`, `statistics`, `array` and list comprehensions",
    "scipy": "use `math` and `statistics`",
    "sklearn": "call a model behind an HTTP endpoint with `requests`",
    "matplotlib": "return the numbers and let the client draw them",
    "httpx": "use `requests`",
    "aiohttp": "use `requests`",
    "urllib3": "use `requests`",
    "httplib2": "use `requests`",
    "bs4": "use `html.parser`",
    "lxml": "use `xml.etree.ElementTree` or `html.parser`",
    "yaml": "use `json` or `tomllib`",
    "pydantic": "use `dataclasses`; the arguments are checked against the tool's schema already",
    "dateutil": "use `datetime` and `zoneinfo`",
    "arrow": "use `datetime` and `zoneinfo`",
    "pendulum": "use `datetime` and `zoneinfo`",
    "pytz": "use `zoneinfo`",
    "openai": "call the HTTP API with `requests`",
    "anthropic": "call the HTTP API with `requests`",
    "boto3": "use a tool of the kind `http` or `lambda`",
    "stripe": "call the HTTP API with `requests`",
    "twilio": "call the HTTP API with `requests`",
    "slack_sdk": "call the HTTP API with `requests`",
    "psycopg2": "use a tool of the kind `sql`",
    "psycopg": "use a tool of the kind `sql`",
    "pymysql": "use a tool of the kind `sql`",
    "sqlalchemy": "use a tool of the kind `sql`",
    "sqlite3": "use a tool of the kind `sql`",
    "redis": "use a tool of the kind `http`",
    "pymongo": "use a tool of the kind `mongodb`",
    "PIL": "call an image service with `requests`",
    "cryptography": "use `hashlib`, `hmac` and `secrets`",
    "jwt": "use `hmac`, `hashlib`, `json` and `base64`",
    "subprocess": "a tool cannot start programs",
    "multiprocessing": "a tool is one process",
    "threading": "a tool has one thread; use `asyncio`",
    "ctypes": "a tool cannot call native code",
    "tkinter": "a tool has no screen",
}


def is_allowed(name, fromlist, allowed, apart=()):
    """Whether `import name` or `from name import fromlist` is on the list; what is under a listed name is, too, unless it
    is one of those that must be listed themselves."""
    if name == "__future__" or "*" in allowed:
        return True
    if name in apart:
        return name in allowed
    parts = name.split(".")
    if any(".".join(parts[:length]) in allowed for length in range(1, len(parts) + 1)):
        return True
    # `from urllib import parse` where only `urllib.parse` is listed.
    return bool(fromlist) and all(f"{name}.{item}" in allowed for item in fromlist)


def why_not(name):
    """A sentence for whoever wrote the import."""
    top = name.partition(".")[0]
    if hint := INSTEAD.get(name) or INSTEAD.get(top):
        return f"`{name}` is not available in the sandbox: {hint}"
    if name in ("requests", "urllib.request"):
        return f"`{name}` is not among the allowed imports of this tool; `network: policy` allows it"
    return f"`{name}` is not among the allowed imports of this tool"


def _imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield node, "." * node.level + (node.module or ""), ()
            else:
                yield node, node.module or "", tuple(alias.name for alias in node.names)


def _problem(field, message, node=None):
    told = {"field": field, "message": message}
    if node is not None:
        told |= {"line": node.lineno, "column": node.col_offset + 1}
    return told


def _function(request, functions, names):
    """The function to call, or a problem."""
    wanted = request.get("function")
    if wanted:
        if wanted in names:
            return wanted, None
        have = ", ".join(f"`{name}`" for name in functions) or "no function at all"
        return None, _problem("function_name", f"the code defines no function `{wanted}`; it has {have}")
    if "execute_tool" in names:
        return "execute_tool", None
    if len(functions) == 1:
        return next(iter(functions)), None
    if request["tool"] in names:
        return request["tool"], None
    if not functions:
        return None, _problem("code", "the code defines no function; begin with `def execute_tool(parameters, context):`")
    have = ", ".join(f"`{name}`" for name in functions)
    return None, _problem("function_name", f"the code has several functions ({have}); say which one is to be called")


def _defined(tree):
    """The functions at the top, and every name that is assigned, imported or defined there."""
    functions, names = {}, set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            functions[node.name] = node
            names.add(node.name)
        else:
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    names.add(part.id)
                elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    names.add(part.name)
                elif isinstance(part, ast.alias):
                    names.add(part.asname or part.name.partition(".")[0])
    return functions, names


def _shape(node):
    """A stand-in with the signature of `node` and nothing in it."""
    bare = type(node)(
        name=node.name, args=_bare(node.args), body=[ast.Pass()], decorator_list=[], returns=None, type_params=[]
    )
    space = {}
    exec(compile(ast.fix_missing_locations(ast.Module([bare], [])), FILE, "exec"), space)
    return space[node.name]


def _bare(arguments):
    def plain(items):
        return [ast.arg(item.arg) for item in items]

    return ast.arguments(
        posonlyargs=plain(arguments.posonlyargs),
        args=plain(arguments.args),
        vararg=arguments.vararg and ast.arg(arguments.vararg.arg),
        kwonlyargs=plain(arguments.kwonlyargs),
        kw_defaults=[None if value is None else ast.Constant(None) for value in arguments.kw_defaults],
        kwarg=arguments.kwarg and ast.arg(arguments.kwarg.arg),
        defaults=[ast.Constant(None) for _ in arguments.defaults],
    )


def _unread(tree, names):
    """The schema's properties that no text and no name of the code mentions."""
    seen = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            seen.add(node.value)
        elif isinstance(node, ast.Name):
            seen.add(node.id)
        elif isinstance(node, ast.arg):
            seen.add(node.arg)
        elif isinstance(node, ast.Attribute):
            seen.add(node.attr)
    return [name for name in names if name not in seen]


def _reads_all(tree, function):
    """Whether the code hands its parameters on as a whole, or goes through them."""
    arguments = function.args
    if arguments.kwarg:
        return True
    first = next(iter(arguments.posonlyargs + arguments.args), None)
    if first is None:
        return False
    direct = set()
    for node in ast.walk(tree):
        # `parameters["a"]`, `parameters.get("a")` read one; any other use may read all.
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
            direct.add(node.value)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in ("get", "pop"):
            direct.add(node.value)
        elif isinstance(node, ast.Compare):
            direct.update(part for part in node.comparators if isinstance(part, ast.Name))
    return any(
        isinstance(node, ast.Name) and node.id == first.arg and node not in direct and isinstance(node.ctx, ast.Load)
        for node in ast.walk(tree)
    )


def check(request):
    """All that is wrong with the code, and its compiled form when nothing is."""
    source = channel.read("code")
    try:
        tree = ast.parse(source, FILE)
        code = compile(tree, FILE, "exec")
    except SyntaxError as error:
        told = {"field": "code", "message": error.msg, "line": error.lineno or 1, "column": error.offset or 1}
        return {"kind": "checked", "problems": [told]}
    except (ValueError, RecursionError, MemoryError) as error:
        return {"kind": "checked", "problems": [_problem("code", f"the code cannot be read: {error}")]}
    problems, warnings = [], []
    allowed, available, apart = request["imports"], request["available"], request["apart"]
    for node, name, items in _imports(tree):
        if name.startswith("."):
            problems.append(_problem("code", "a tool is one file: relative imports find nothing", node))
        elif "*" not in available and name not in available and name != "__future__" and not _are_all(name, items, available):
            problems.append(_problem("code", _absent(name), node))
        elif not is_allowed(name, items, allowed, apart):
            problems.append(_problem("code", why_not(name), node))
        else:
            # `from urllib import request` names a module, too.
            inner = [f"{name}.{item}" for item in items if f"{name}.{item}" in apart]
            problems += [_problem("code", why_not(full), node) for full in inner if not is_allowed(full, (), allowed, apart)]
    functions, names = _defined(tree)
    function, problem = _function(request, functions, names)
    if problem:
        problems.append(problem)
    elif function in functions:
        try:
            signature.plan(_shape(functions[function]), request["names"])
        except signature.Mismatch as mismatch:
            problems.append(_problem("code", str(mismatch), functions[function]))
        if not _reads_all(tree, functions[function]):
            warnings += [f"the code never reads the parameter `{name}`" for name in _unread(tree, request["names"])]
    told = {"kind": "checked", "problems": problems[:20], "warnings": warnings[:20]}
    if not problems:
        told |= {"function": function, "code": base64.b64encode(marshal.dumps(code)).decode()}
    return told


def _are_all(name, items, available):
    """Whether every item is a module itself: a package without a module of its own is not listed."""
    return bool(items) and all(f"{name}.{item}" in available for item in items)


def _absent(name):
    top = name.partition(".")[0]
    if INSTEAD.get(name) or INSTEAD.get(top):
        return why_not(name)
    return f"there is no module `{name}` in the sandbox; it has the standard library and `requests`"


def compile_all(request):
    """Compiles the library's modules, for the builder: `{name: source}` to `{name: code}`."""
    import json

    sources = json.loads(channel.read("code"))
    compiled = {}
    for name, source in sources.items():
        code = compile(source, f"<{name}>", "exec", dont_inherit=True)
        compiled[name] = base64.b64encode(marshal.dumps(code)).decode()
    return {"kind": "compiled", "modules": compiled}


MODES = {"check": check, "compile": compile_all}
