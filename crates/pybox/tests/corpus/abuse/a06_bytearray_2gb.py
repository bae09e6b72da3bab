# what: asks for two gigabytes in one piece and touches each page
# expect: memory or error
def execute_tool(parameters, context):
    b = bytearray(2 * 1024 ** 3)
    for i in range(0, len(b), 4096):
        b[i] = 1
    return {"leaked": len(b)}
