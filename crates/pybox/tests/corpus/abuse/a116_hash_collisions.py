# what: keys that all collide, so that each insertion looks at all others
# expect: timeout
class Key:
    def __hash__(self):
        return 1
    def __eq__(self, other):
        return self is other
def execute_tool(parameters, context):
    return {"size": len({Key(): index for index in range(1_000_000)})}
