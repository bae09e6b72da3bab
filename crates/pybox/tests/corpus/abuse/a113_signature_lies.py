# what: a function whose signature has been replaced by nonsense
# expect: error or result
# result: {"ok": true}
def execute_tool(*args, **kwargs):
    return {"ok": True}
execute_tool.__signature__ = "not a signature"
execute_tool.__wrapped__ = execute_tool
