# what: returns an awaitable that gives itself, for ever
# expect: error or timeout or trap
class Again:
    def __await__(self):
        while True:
            yield self
async def execute_tool(parameters, context):
    return await Again()
