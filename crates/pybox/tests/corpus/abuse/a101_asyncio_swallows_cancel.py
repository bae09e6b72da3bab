# what: an async function that swallows every cancellation
# expect: timeout or error
import asyncio
async def execute_tool(parameters, context):
    while True:
        try:
            await asyncio.sleep(3600)
        except BaseException:
            pass
