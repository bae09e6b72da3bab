# what: raises an exception with fifty megabytes of text
# expect: error or memory
def execute_tool(parameters, context):
    raise ValueError("x" * 50_000_000)
