# what: closures, counters, decorators with arguments, caches and partial functions
import functools, itertools
def retry(times):
    def around(function):
        @functools.wraps(function)
        def run(*args, **kwargs):
            for attempt in range(1, times + 1):
                try:
                    return function(*args, attempt=attempt, **kwargs)
                except LookupError as error:
                    last = str(error)
            return last
        return run
    return around
@retry(times=3)
def shaky(name, *, attempt, until=2):
    """Works at the second attempt."""
    if attempt < until:
        raise LookupError(f"{name} failed at {attempt}")
    return f"{name} after {attempt}"
@functools.lru_cache(maxsize=None)
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
@functools.singledispatch
def show(value):
    return "other"
@show.register
def _(value: int):
    return "int"
@show.register(list)
def _(value):
    return "list of " + ",".join(map(show, value))
def execute_tool(parameters, context):
    def counter():
        count = 0
        def up(by=1):
            nonlocal count
            count += by
            return count
        return up
    up = counter()
    compose = functools.reduce(lambda f, g: lambda x: g(f(x)), [lambda x: x + 1, lambda x: x * 2])
    return {"up": [up(), up(5), counter()()], "shaky": [shaky("a"), shaky("b", until=9), shaky.__name__, shaky.__doc__], "fib": fibonacci(90), "hits": fibonacci.cache_info().hits > 0,
            "show": show([1, "x", [2]]), "partial": functools.partial(pow, 2)(10), "compose": compose(3), "pairs": list(itertools.pairwise([1, 2, 4])),
            "late": [f() for f in [lambda n=n: n * n for n in range(3)]], "cmp": sorted("bca", key=functools.cmp_to_key(lambda a, b: (a < b) - (a > b)))}
