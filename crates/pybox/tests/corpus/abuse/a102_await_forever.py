# what: waits for a future that nobody will ever finish
# expect: timeout or error
import asyncio
async def execute_tool(parameters, context):
    await asyncio.get_running_loop().create_future()
