# what: asks format for a billion columns, and str.ljust, zfill, replace and join for as much
# expect: memory or error
def execute_tool(parameters, context):
    kept = []
    for make in (lambda: f"{1:1000000000}", lambda: "x".ljust(10 ** 9), lambda: "1".zfill(10 ** 9), lambda: "%1000000000d" % 1,
                 lambda: ("a" * 40_000).replace("a", "b" * 40_000), lambda: ("x" * 40_000).join("y" * 40_000)):
        try:
            kept.append(make())
        except (MemoryError, OverflowError, ValueError):
            pass
    if not kept:
        raise MemoryError("nothing could be kept")
    return {"leaked": [len(text) for text in kept]}
