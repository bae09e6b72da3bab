# what: prints and returns nothing
def execute_tool(parameters, context):
    print("done")
