# what: returns dict keys that collide once they are text, and one that cannot be text
# expect: error
def execute_tool(parameters, context):
    return {1: "a", "1": "b", True: "c", None: "d", (1, 2): "e"}
