# what: returns sixty megabytes
# expect: memory or error
def execute_tool(parameters, context):
    return {"x": "y" * (60 * 1024 * 1024)}
