"""Client of Callwright: tools for AI agents, registered once, called safely, recorded always.

`Client` and `AsyncClient` speak to the API, `Conversation` and `AsyncConversation` talk with an agent, with tools of
this program (`ClientTools`). `callwright.integrations` gives an agent's tools to Pipecat, LiveKit, OpenAI, LangChain
and Anthropic.
"""

from ._async.client import AsyncClient
from ._async.toolbox import AsyncToolbox
from ._sync.client import Client
from ._sync.toolbox import Toolbox
from ._version import __version__
from ._words import Outcome
from .agent import ConversationAgent
from .blocking import Conversation
from .client_tools import ClientTools
from .conversation import AsyncConversation, Disconnected, Options
from .errors import (
    ApiError,
    CallwrightError,
    Conflict,
    ConnectionFailed,
    Forbidden,
    Gone,
    InvalidRequest,
    NotFound,
    PaymentRequired,
    RateLimited,
    ServerError,
    TimedOut,
    Unauthenticated,
)

__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncConversation",
    "AsyncToolbox",
    "CallwrightError",
    "Client",
    "ClientTools",
    "Conflict",
    "ConnectionFailed",
    "Conversation",
    "ConversationAgent",
    "Disconnected",
    "Forbidden",
    "Gone",
    "InvalidRequest",
    "NotFound",
    "Options",
    "Outcome",
    "PaymentRequired",
    "RateLimited",
    "ServerError",
    "TimedOut",
    "Toolbox",
    "Unauthenticated",
    "__version__",
]
