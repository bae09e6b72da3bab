# what: calls every function of the host module with wrong types and giant values
# expect: result or error or trap or memory or timeout
# result: {"done": true}
# network: policy
def execute_tool(parameters, context):
    import _eryx
    values = [None, -1, 2 ** 70, "x" * 2_000_000, b"y" * 2_000_000, [], {}, object(), lambda: 1, 1e308, "\ud800"]
    for name in dir(_eryx):
        function = getattr(_eryx, name)
        if name.startswith("__") or not callable(function):
            continue
        for count in range(5):
            for value in values:
                try:
                    function(*[value] * count)
                except Exception:
                    pass
    return {"done": True}
