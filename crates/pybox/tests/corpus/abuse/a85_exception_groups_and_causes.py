# what: raises an error with a hundred thousand causes, which hold each other
# expect: error or trap or memory or timeout
def execute_tool(parameters, context):
    first = last = ValueError("first")
    for number in range(100_000):
        following = ValueError(str(number))
        following.__cause__ = last
        last = following
    first.__context__ = last
    raise ExceptionGroup("all", [last, first])
