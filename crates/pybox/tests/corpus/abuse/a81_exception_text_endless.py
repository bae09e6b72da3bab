# what: raises an exception whose text never ends
# expect: timeout or error
class Endless(Exception):
    def __str__(self):
        while True:
            pass
def execute_tool(parameters, context):
    raise Endless()
