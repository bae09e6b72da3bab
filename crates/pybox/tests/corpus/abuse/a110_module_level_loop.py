# what: loops while the module is loaded, before any function is called
# expect: timeout
while True:
    pass
def execute_tool(parameters, context):
    return {}
