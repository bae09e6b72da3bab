# what: prints one line of ninety megabytes
# expect: memory or error or trap or result
# result: {"done": true}
def execute_tool(parameters, context):
    print("x" * 90_000_000)
    return {"done": True}
