# what: a dict that grows for ever
# expect: memory or timeout
def execute_tool(parameters, context):
    table = {}
    while True:
        table[len(table)] = str(len(table))
