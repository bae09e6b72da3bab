# what: an async function that gathers, waits, times out and passes items through a queue
import asyncio
async def price(item, delay):
    await asyncio.sleep(delay)
    return {"item": item, "price": len(item) * 10}
async def execute_tool(parameters, context):
    prices = await asyncio.gather(price("tea", 0.002), price("coffee", 0.001), price("water", 0))
    queue, seen = asyncio.Queue(), []
    async def produce():
        for number in range(4):
            await queue.put(number)
            await asyncio.sleep(0)
        await queue.put(None)
    async def consume():
        while (number := await queue.get()) is not None:
            seen.append(number * number)
    await asyncio.gather(produce(), consume())
    try:
        await asyncio.wait_for(asyncio.sleep(5), timeout=0.01)
        late = False
    except asyncio.TimeoutError:
        late = True
    failed = await asyncio.gather(price("x", 0), asyncio.sleep(0, "slept"), fails(), return_exceptions=True)
    lock, order = asyncio.Lock(), []
    async def turn(name):
        async with lock:
            order.append(name)
            await asyncio.sleep(0)
            order.append(name)
    await asyncio.gather(turn("a"), turn("b"))
    return {"prices": prices, "seen": seen, "late": late, "failed": [str(one) for one in failed], "order": order}
async def fails():
    raise LookupError("no such item")
