# what: JSON nested two hundred thousand deep is parsed, and made
# expect: trap or error or memory
import json, sys
def execute_tool(parameters, context):
    try:
        json.loads("[" * 200_000 + "]" * 200_000)
    except RecursionError:
        pass
    sys.setrecursionlimit(10 ** 8)
    value = json.loads("[" * 200_000 + "]" * 200_000)
    return {"length": len(json.dumps(value))}
