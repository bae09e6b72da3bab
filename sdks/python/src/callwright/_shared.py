"""The clients of adapters to which none was given: one for each event loop and address.

Adapters are made anew for every call or request; connections of their own would add up.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from typing import TYPE_CHECKING, Dict, Optional, Tuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from ._async.client import AsyncClient
    from ._sync.client import Client

Place = Tuple[Optional[str], Optional[str]]
_lock = threading.Lock()
_async: "WeakKeyDictionary[asyncio.AbstractEventLoop, Dict[Place, AsyncClient]]" = WeakKeyDictionary()
_sync: "Dict[Place, Client]" = {}


def client_async() -> "AsyncClient":
    """The client of this event loop."""
    from ._async.client import AsyncClient

    with _lock:
        clients = _async.setdefault(asyncio.get_running_loop(), {})
        if _place() not in clients:
            clients[_place()] = AsyncClient()
        return clients[_place()]


def client_sync() -> "Client":
    from ._sync.client import Client

    with _lock:
        if _place() not in _sync:
            _sync[_place()] = client = Client()
            atexit.register(client.close)
        return _sync[_place()]


def _place() -> Place:
    return os.environ.get("CALLWRIGHT_URL"), os.environ.get("CALLWRIGHT_TOKEN")
