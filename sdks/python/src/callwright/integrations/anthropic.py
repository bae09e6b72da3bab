"""Anthropic: an agent's tools for messages.

    tools = AnthropicTools(agent="Helper")
    message = client.messages.create(model=…, messages=messages, tools=tools.tools(), max_tokens=1024)
    messages += [{"role": "assistant", "content": message.content}, *tools.handle(message)]

Works on what the `anthropic` package gives and on plain dicts; tried with anthropic 2.14.0.
"""

from .._async.anthropic import AsyncAnthropicTools
from .._sync.anthropic import AnthropicTools

__all__ = ["AnthropicTools", "AsyncAnthropicTools"]
