# what: an event loop whose tasks make more tasks, for ever
# expect: timeout or memory or error
import asyncio
async def execute_tool(parameters, context):
    async def spin():
        while True:
            await asyncio.sleep(0)
    await asyncio.gather(*(spin() for _ in range(100)))
