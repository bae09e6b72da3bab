# what: returns an endless generator
# expect: error
def execute_tool(parameters, context):
    def numbers():
        number = 0
        while True:
            yield number
            number += 1
    return {"numbers": numbers()}
