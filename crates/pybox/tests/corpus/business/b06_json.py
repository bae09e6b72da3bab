# what: writes and reads JSON
import json
def execute_tool(parameters, context):
    s = json.dumps({"b": [1, 2.5, None, True], "a": "\u00e9"}, sort_keys=True, indent=2)
    o = json.loads('{"x": {"y": [1, {"z": "q"}]}}')
    try:
        json.loads("{bad")
    except json.JSONDecodeError as e:
        err = str(e)
    return {"s": s, "z": o["x"]["y"][1]["z"], "err": err, "c": json.dumps([1, 2], separators=(",", ":"))}
