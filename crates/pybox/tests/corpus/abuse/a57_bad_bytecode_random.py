# what: runs many pieces of random bytecode
# expect: trap or error or timeout or memory or result
# result: {"done": true}
def execute_tool(parameters, context):
    def victim(a=1, *b, **c):
        d = [a]
        return d
    state = 12345
    for _ in range(500):
        code = bytearray()
        while len(code) < 60:
            state = (state * 1103515245 + 12345) % 2 ** 31
            code += bytes([state >> 16 & 255, state >> 8 & 15])
        try:
            victim.__code__ = victim.__code__.replace(co_code=bytes(code), co_stacksize=3)
            victim()
        except Exception:
            pass
    return {"done": True}
