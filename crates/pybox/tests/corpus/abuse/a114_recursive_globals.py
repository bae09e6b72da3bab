# what: the globals of the tool are replaced by a dict that raises, and the builtins with them
# expect: error or result
# result: {"ok": true}
def execute_tool(parameters, context):
    globals()["__builtins__"] = {"__import__": None}
    globals()["__name__"] = object()
    globals()["__file__"] = "/etc/passwd"
    return {"ok": True}
