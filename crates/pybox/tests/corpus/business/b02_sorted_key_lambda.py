# what: sorts and picks by lambda keys
def execute_tool(parameters, context):
    rows = [{"a": 3, "b": "x"}, {"a": 1, "b": "z"}, {"a": 3, "b": "a"}]
    r = sorted(rows, key=lambda r: (-r["a"], r["b"]))
    rows.sort(key=lambda r: r["b"], reverse=True)
    return {"r": r, "rows": rows, "m": max(rows, key=lambda r: r["a"]), "mn": min([4, 2, 8])}
