"""OpenAI: an agent's tools for chat completions and Responses.

    tools = OpenAITools(agent="Helper")
    completion = client.chat.completions.create(model=…, messages=messages, tools=tools.chat())
    messages += [completion.choices[0].message, *tools.handle(completion)]

Works on what the `openai` package gives and on plain dicts; tried with openai 3.57.0.
"""

from .._async.openai import AsyncOpenAITools
from .._sync.openai import OpenAITools

__all__ = ["AsyncOpenAITools", "OpenAITools"]
