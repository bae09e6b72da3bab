"""The clients that people use from Python, unchanged. What is wanted comes on standard input, what was found goes out as JSON."""

import asyncio
import json
import sys
import types


async def sdk(wish):
    """The MCP Python SDK, as it negotiates by itself or by the handshake."""
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    progress, found = [], {}

    async def on_progress(done, total, message):
        progress.append([done, total, message])

    async def elicit(context, params):
        from mcp_types import ElicitResult

        found.setdefault("asked", []).append(params.message)
        return ElicitResult(action="accept", content={"confirmed": True})

    headers = {"Authorization": f"Bearer {wish['token']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        transport = streamable_http_client(wish["url"], http_client=http)
        options = {"elicitation_callback": elicit} if wish.get("elicit") else {}
        async with Client(transport, mode=wish["mode"], **options) as client:
            found["version"] = client.protocol_version
            found["server"] = client.server_info.name if client.server_info else None
            found["instructions"] = client.instructions
            found["tools"] = [tool.name for tool in (await client.list_tools()).tools]
            called = await client.call_tool("get_weather", {"city": "Paris"}, progress_callback=on_progress)
            found["structured"] = called.structured_content
            found["text"] = called.content[0].text
            bad = await client.call_tool("get_weather", {"town": 1})
            found["bad"] = [bad.is_error, bad.content[0].text]
            try:
                await client.call_tool("nope", {})
            except Exception as error:
                found["unknown"] = str(error)
            found["prompts"] = len((await client.list_prompts()).prompts)
            found["resources"] = len((await client.list_resources()).resources)
            if wish.get("elicit"):
                refund = await client.call_tool("refund", {"amount": 4})
                found["refund"] = [refund.is_error, refund.content[0].text]
    return found


async def patient(wish):
    """A call that takes longer than the client waits for a byte."""
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    progress = []

    async def on_progress(done, total, message):
        progress.append(done)

    headers = {"Authorization": f"Bearer {wish['token']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=6.5) as http:
        async with Client(streamable_http_client(wish["url"], http_client=http), mode=wish["mode"]) as client:
            called = await client.call_tool("slow", {"seconds": 8}, progress_callback=on_progress)
            return {"text": called.content[0].text, "progress": len(progress)}


async def pipecat(wish):
    from mcp.client.session_group import StreamableHttpParameters
    from pipecat.services.mcp_service import MCPClient

    client = MCPClient(server_params=StreamableHttpParameters(url=wish["url"], headers={"Authorization": f"Bearer {wish['token']}"}))
    await client.start()
    try:
        schemas = {schema.name: schema for schema in (await client.tools()).standard_tools}
        results = []

        async def call(name, arguments):
            heard = asyncio.get_running_loop().create_future()

            async def result_callback(result, **_):
                heard.set_result(result)

            params = types.SimpleNamespace(
                function_name=name, tool_call_id="1", arguments=arguments, llm=None, context=None, result_callback=result_callback
            )
            await schemas[name].handler(params)
            results.append(await heard)

        await call("get_weather", {"city": "Paris"})
        await call("get_weather", {"town": 1})
        await call("broken", {})
        return {"tools": sorted(schemas), "required": schemas["get_weather"].required, "results": results}
    finally:
        await client.close()


async def livekit(wish):
    from livekit.agents import mcp
    from livekit.agents.llm import ToolError

    server = mcp.MCPServerHTTP(wish["url"], headers={"Authorization": f"Bearer {wish['token']}"})
    await server.initialize()
    try:
        tools = {tool.info.raw_schema["name"]: tool for tool in await server.list_tools()}
        good = await tools["get_weather"](raw_arguments={"city": "Paris"})
        try:
            await tools["broken"](raw_arguments={})
            bad = None
        except ToolError as error:
            bad = error.message
        return {"tools": sorted(tools), "schema": tools["get_weather"].info.raw_schema, "good": good, "bad": bad}
    finally:
        await server.aclose()


async def stdio(wish):
    """The SDK over standard input and output, by way of `callwright mcp`."""
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    parameters = StdioServerParameters(command=wish["command"], args=wish["args"], env=wish["env"])
    async with Client(stdio_client(parameters), mode=wish["mode"]) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        called = await client.call_tool("get_weather", {"city": "Paris"})
        return {"version": client.protocol_version, "tools": tools, "structured": called.structured_content}


wish = json.loads(sys.stdin.read())
kinds = {"sdk": sdk, "patient": patient, "pipecat": pipecat, "livekit": livekit, "stdio": stdio}
print(json.dumps(asyncio.run(kinds[wish["kind"]](wish)), default=str))
