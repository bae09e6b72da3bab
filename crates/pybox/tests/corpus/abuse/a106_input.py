# what: asks the person at the keyboard
# expect: error
def execute_tool(parameters, context):
    return {"answer": input("password: ")}
