# what: a text that is doubled until nothing is left
# expect: memory
def execute_tool(parameters, context):
    text = "x" * 1024
    while True:
        text += text
