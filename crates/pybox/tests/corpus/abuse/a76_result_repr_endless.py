# what: returns an object whose __repr__ and __str__ never end
# expect: error or timeout
class Endless:
    def __repr__(self):
        while True:
            pass
    __str__ = __format__ = __hash__ = __repr__
def execute_tool(parameters, context):
    return {"value": Endless()}
