# what: a list of lists that grows for ever
# expect: memory or timeout
def execute_tool(parameters, context):
    x = []
    while True:
        x.append([len(x)])
