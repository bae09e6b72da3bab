# what: returns a value that holds itself
# expect: error
def execute_tool(parameters, context):
    value = {"items": []}
    value["items"].append(value)
    return value
