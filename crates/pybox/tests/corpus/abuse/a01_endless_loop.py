# what: loops for ever in bytecode
# expect: timeout
def execute_tool(parameters, context):
    while True:
        pass
