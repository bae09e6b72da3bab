# what: prints without an end
# expect: timeout or memory or trap or error
def execute_tool(parameters, context):
    while True:
        print("x" * 10_000)
