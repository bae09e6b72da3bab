"""The MCP Python SDK, in one session, while its server is killed and started again. It says a line after each part, and waits
for one before the next."""

import asyncio
import json
import sys


async def line():
    return await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def say(found):
    print(json.dumps(found), flush=True)


async def main():
    import httpx2
    import mcp_types
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    wish = json.loads(await line())
    changed, sessions = asyncio.Event(), []

    async def on_message(message):
        if isinstance(getattr(message, "root", message), mcp_types.ToolListChangedNotification):
            changed.set()

    async def elicit(context, params):
        return mcp_types.ElicitResult(action="accept", content={"confirmed": True})

    async def note(request):
        sessions.append(request.headers.get("mcp-session-id"))

    headers = {"Authorization": f"Bearer {wish['token']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30, event_hooks={"request": [note]}) as http:
        transport = streamable_http_client(wish["url"], http_client=http)
        async with Client(transport, mode="legacy", elicitation_callback=elicit, message_handler=on_message) as client:
            called = await client.call_tool("get_weather", {"city": "Paris"})
            await client.list_tools()
            say({"degrees": called.structured_content["degrees"], "session": sessions[-1]})
            await line()
            called = await client.call_tool("get_weather", {"city": "Paris"})
            tools = (await client.list_tools()).tools
            refund = await client.call_tool("refund", {"amount": 4})
            found = {"degrees": called.structured_content["degrees"], "tools": len(tools), "refund": refund.is_error}
            # It comes back to its stream by itself, three seconds after it broke.
            say(found | {"session": sessions[-1]})
            await line()
            try:
                await asyncio.wait_for(changed.wait(), 15)
            except asyncio.TimeoutError:
                pass
            say({"changed": changed.is_set()})


asyncio.run(main())
