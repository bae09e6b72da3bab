# what: replaces its own code and constants, so that a kept compilation would answer otherwise; the test calls it twice
# expect: result
# result: {"answer": "first"}
def other(parameters, context):
    return {"answer": "second"}
def execute_tool(parameters, context):
    execute_tool.__code__ = other.__code__
    return {"answer": "first"}
