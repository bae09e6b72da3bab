# what: recursion without an end, at the usual limit
# expect: error
def execute_tool(parameters, context):
    def f(n):
        return f(n + 1)
    f(0)
