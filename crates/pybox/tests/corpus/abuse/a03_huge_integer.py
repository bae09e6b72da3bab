# what: one operation in C that does not come back to the interpreter loop
# expect: timeout or memory
def execute_tool(parameters, context):
    x = 9 ** 9 ** 9
    return {"bits": x.bit_length()}
