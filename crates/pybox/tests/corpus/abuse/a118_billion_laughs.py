# what: returns a small structure that shares its parts, and is endless once it is written out
# expect: error or memory or timeout
def execute_tool(parameters, context):
    value = ["ha"] * 10
    for _ in range(12):
        value = [value] * 10
    return {"laughs": value}
