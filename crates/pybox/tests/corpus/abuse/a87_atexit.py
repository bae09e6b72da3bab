# what: registers functions that loop when the interpreter ends
# expect: result or error or timeout
# result: {"registered": true}
import atexit, weakref
class Thing:
    pass
def loop(*args):
    while True:
        pass
def execute_tool(parameters, context):
    atexit.register(loop)
    keeper = Thing()
    weakref.finalize(keeper, loop).atexit = True
    globals()["keeper"] = keeper
    return {"registered": True}
