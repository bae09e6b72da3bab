"""The names of the guide to voice tools."""

from __future__ import annotations

from typing import Any, Optional

from .client_tools import ClientTools, Handler
from .conversation import AsyncConversation, Callback


class ConversationAgent:
    """An agent to talk with, with tools that run in this program.

    agent = ConversationAgent(agent_id="asst_…", api_key=TOKEN)
    agent.register_tool("capture_screen", capture_screen)
    await agent.start_conversation()
    """

    def __init__(
        self,
        agent_id: str,
        api_key: Optional[str] = None,
        *,
        base_url: Optional[str] = None,
        client_tools: Optional[ClientTools] = None,
        **how: Any,
    ) -> None:
        self.agent_id = agent_id
        self.client_tools = client_tools or ClientTools()
        self._how = {"base_url": base_url, "token": api_key, "client_tools": self.client_tools, **how}
        self.conversation: Optional[AsyncConversation] = None

    def register_tool(self, name: str, handler: Handler) -> None:
        """Adds a tool: a function or coroutine function of one dict."""
        self.client_tools.register(name, handler)

    async def start_conversation(self, *, wait: bool = True, on_message: Optional[Callback] = None, **how: Any) -> str:
        """Begins a conversation and, unless told otherwise, waits until it has ended. Gives its id."""
        said = {**self._how, **how}
        if on_message is not None:
            said["on_message"] = on_message
        self.conversation = AsyncConversation(self.agent_id, **said)
        id = await self.conversation.start_session()
        if wait:
            await self.conversation.wait_for_session_end()
        return id

    async def send_message(self, text: str) -> None:
        await self._begun().send_user_message(text)

    async def end_conversation(self) -> None:
        await self._begun().end_session()

    def _begun(self) -> AsyncConversation:
        if self.conversation is None:
            raise RuntimeError("the conversation has not begun: call `start_conversation()` first")
        return self.conversation
