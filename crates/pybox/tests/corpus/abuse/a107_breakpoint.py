# what: opens the debugger
# expect: error or result
# result: {"ok": true}
def execute_tool(parameters, context):
    breakpoint()
    return {"ok": True}
