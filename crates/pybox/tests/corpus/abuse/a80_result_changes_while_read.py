# what: returns a dict that grows while it is converted
# expect: error or timeout or memory or result
# result: {"a": 1}
class Key(str):
    pass
class Growing(dict):
    def items(self):
        for key, value in super().items():
            self[str(len(self))] = value
            yield key, value
def execute_tool(parameters, context):
    return Growing(a=1)
