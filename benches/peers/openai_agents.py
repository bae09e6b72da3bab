"""Runs of an agent with one tool by the OpenAI Agents SDK; prints the median in milliseconds. The tool makes the same HTTP call."""
import asyncio, statistics, sys, time

import httpx
from agents import Agent, AsyncOpenAI, OpenAIChatCompletionsModel, Runner, function_tool, set_tracing_disabled

address, runs = sys.argv[1], int(sys.argv[2])
set_tracing_disabled(True)
http = httpx.AsyncClient()


@function_tool
async def lookup(city: str) -> str:
    """A tool."""
    return (await http.post(f"http://{address}/lookup", json={"city": city})).text


async def main() -> None:
    client = AsyncOpenAI(base_url=f"http://{address}/v1", api_key="sk-local")
    agent = Agent(name="Bench", instructions="You are a weather assistant.", tools=[lookup],
                  model=OpenAIChatCompletionsModel(model="gpt-4o", openai_client=client))
    taken = []
    for _ in range(runs + 10):
        began = time.perf_counter()
        result = await Runner.run(agent, "Weather?")
        taken.append((time.perf_counter() - began) * 1e3)
        assert "21" in result.final_output
    print(statistics.median(taken[10:]))


asyncio.run(main())
