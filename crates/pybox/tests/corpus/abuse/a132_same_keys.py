# what: returns dict keys that become the same once they are text, one of which would be lost
# expect: error
def execute_tool(parameters, context):
    return {"rows": {1: "a", "1": "b"}}
