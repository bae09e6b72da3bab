# what: dicts: merging, defaults, popping
def execute_tool(parameters, context):
    a = {"x": 1, "y": {"z": 2}}
    b = {**a, "w": 3}
    c = a | {"x": 9}
    a.setdefault("q", []).append(1)
    v = b.pop("w")
    return {"b": b, "c": c, "a": a, "v": v, "get": a.get("nope", "dflt"), "items": sorted(a.keys()), "fk": dict.fromkeys("ab", 0), "upd": dict(a, x=2)["x"], "rev": list(reversed(list(c)))}
