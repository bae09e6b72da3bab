# what: counts its own calls in globals, a default value, a class and a cache; the test calls it twice
# expect: result
# result: {"calls": [1, 1, 1, 1]}
import functools
calls = 0
class Counter:
    calls = 0
def default(seen=[]):
    seen.append(1)
    return len(seen)
@functools.lru_cache
def cached():
    return [0]
def execute_tool(parameters, context):
    global calls
    calls += 1
    Counter.calls += 1
    cached()[0] += 1
    return {"calls": [calls, Counter.calls, default(), cached()[0]]}
