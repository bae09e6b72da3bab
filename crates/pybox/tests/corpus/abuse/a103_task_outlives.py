# what: leaves a task behind that would go on after the result was given
# expect: result or error
# result: {"left": 1}
import asyncio
async def execute_tool(parameters, context):
    async def later():
        await asyncio.sleep(0.2)
        print("STILL RUNNING")
    global kept
    kept = asyncio.create_task(later())
    return {"left": 1}
