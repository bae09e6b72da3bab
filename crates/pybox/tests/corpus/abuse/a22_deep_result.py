# what: returns a value that is nested deeper than any stack
# expect: error or trap or memory
def execute_tool(parameters, context):
    value = []
    for _ in range(300_000):
        value = [value]
    return {"value": value}
