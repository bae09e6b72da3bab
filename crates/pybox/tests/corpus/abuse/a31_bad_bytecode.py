# what: runs bytecode that reads constants which are not there
# expect: trap or error or timeout or memory or result
# result: {"leaked": []}
def execute_tool(parameters, context):
    def f():
        pass
    code = f.__code__.replace(co_code=bytes([100, 255] * 50 + [83, 0]), co_consts=())
    f.__code__ = code
    repr(f())
    return {"leaked": []}
