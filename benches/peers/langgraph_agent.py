"""Runs of an agent with one tool by LangGraph; prints the median in milliseconds. The tool makes the same HTTP call."""
import asyncio, statistics, sys, time

import httpx
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.prebuilt import create_react_agent

address, runs = sys.argv[1], int(sys.argv[2])
http = httpx.AsyncClient()


@tool
async def lookup(city: str) -> str:
    """A tool."""
    return (await http.post(f"http://{address}/lookup", json={"city": city})).text


async def main() -> None:
    model = ChatOpenAI(model="gpt-4o", base_url=f"http://{address}/v1", api_key="sk-local")
    agent = create_react_agent(model, [lookup], prompt="You are a weather assistant.")
    taken = []
    for _ in range(runs + 10):
        began = time.perf_counter()
        result = await agent.ainvoke({"messages": [{"role": "user", "content": "Weather?"}]})
        taken.append((time.perf_counter() - began) * 1e3)
        assert "21" in result["messages"][-1].content
    print(statistics.median(taken[10:]))


asyncio.run(main())
