# what: changes its parameters and context, which must be nobody else's
# expect: result or error
# result: {"changed": true}
def execute_tool(parameters, context):
    parameters.clear()
    parameters["__class__"] = "changed"
    for key in list(context):
        context[key] = "stolen"
    return {"changed": True}
