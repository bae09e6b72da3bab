# what: loops in __del__ as soon as the function is left
# expect: timeout
class Sticky:
    def __del__(self):
        while True:
            pass
def execute_tool(parameters, context):
    thing = Sticky()
    return {"made": thing is not None}
