# what: returns an integer of a million digits
# expect: error or timeout
def execute_tool(parameters, context):
    return {"value": 1 << 3_500_000}
