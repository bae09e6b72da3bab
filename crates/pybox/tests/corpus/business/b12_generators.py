# what: generators and yield from
def batches(xs, n):
    for i in range(0, len(xs), n):
        yield xs[i:i + n]
def walk(t):
    yield t["v"]
    for c in t.get("c", []):
        yield from walk(c)
def execute_tool(parameters, context):
    t = {"v": 1, "c": [{"v": 2, "c": [{"v": 3}]}, {"v": 4}]}
    return {"b": list(batches(list(range(7)), 3)), "w": list(walk(t)), "n": next(x for x in range(100) if x * x > 50)}
