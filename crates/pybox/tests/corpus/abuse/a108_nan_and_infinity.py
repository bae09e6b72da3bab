# what: returns numbers that JSON does not have
# expect: error
def execute_tool(parameters, context):
    return {"items": [1.0, float("nan"), float("inf"), -float("inf")]}
