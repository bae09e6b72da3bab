# what: a plain function that runs a coroutine of its own
import asyncio
async def double(number):
    await asyncio.sleep(0)
    return number * 2
async def numbers():
    for number in range(3):
        yield await double(number)
async def collect():
    async with asyncio.timeout(1) if hasattr(asyncio, "timeout") else asyncio.Semaphore(1):
        return [number async for number in numbers()]
def execute_tool(parameters, context):
    return asyncio.run(collect())
