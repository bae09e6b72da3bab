# what: a text that is doubled until nothing is left (Python may tell it as a TypeError of +=)
# expect: memory or error
def execute_tool(parameters, context):
    text = "x" * 1024
    while True:
        text += text
