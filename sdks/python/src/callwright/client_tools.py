"""Tools that run in this program, for agents of a conversation to call."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, Dict, Mapping, Optional, Tuple

Handler = Callable[[Dict[str, Any]], Any]
Answer = Callable[[Dict[str, Any]], None]
MOST_THREADS = 32


class ClientTools:
    """Handlers by name, and where they run.

    A handler is given one dict: the parameters, and the call's id as `tool_call_id`. Handlers that wait run in threads,
    coroutine functions on an event loop: an own one, or the one that is given. Calls run at the same time and are
    answered as they end. What a handler raises is told to the model as the call's error.
    """

    def __init__(self, loop: Optional[asyncio.AbstractEventLoop] = None) -> None:
        self._handlers: Dict[str, Tuple[Handler, bool]] = {}
        self._lock = threading.Lock()
        self._given_loop = loop
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._thread: Optional[threading.Thread] = None
        self._pool: Optional[ThreadPoolExecutor] = None

    def register(self, tool_name: str, handler: Handler, is_async: bool = False) -> None:
        """Adds a tool. Coroutine functions are known as such; `is_async` is only needed where that cannot be seen."""
        if not callable(handler):
            raise ValueError("Handler must be callable")
        is_async = (
            is_async or inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(type(handler).__call__)
        )
        with self._lock:
            if tool_name in self._handlers:
                raise ValueError(f"Tool '{tool_name}' is already registered")
            self._handlers[tool_name] = (handler, is_async)

    @property
    def names(self) -> Tuple[str, ...]:
        with self._lock:
            return tuple(self._handlers)

    @property
    def is_running(self) -> bool:
        return self._loop is not None

    def start(self) -> None:
        """Makes ready for calls; a conversation does it. Twice is once."""
        with self._lock:
            if self._loop is not None:
                return
            self._pool = ThreadPoolExecutor(MOST_THREADS, "ClientTools")
            if self._given_loop is not None:
                self._loop = self._given_loop
                return
            self._loop = loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=_carry, args=(loop,), name="ClientTools-EventLoop", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Takes no more calls; the own event loop ends, a given one goes on."""
        with self._lock:
            loop, thread, pool = self._loop, self._thread, self._pool
            self._loop = self._thread = self._pool = None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            if thread is not threading.current_thread():
                thread.join(timeout=5)

    async def handle(self, tool_name: str, parameters: Mapping[str, Any]) -> Any:
        """Calls a handler where it belongs, and gives what it gives."""
        with self._lock:
            found, pool = self._handlers.get(tool_name), self._pool
        if found is None:
            raise ValueError(f"Tool '{tool_name}' is not registered")
        handler, is_async = found
        if is_async:
            result = handler(dict(parameters))
        else:
            result = await asyncio.get_running_loop().run_in_executor(pool, handler, dict(parameters))
        # Also what a plain function gives back to be awaited, a partial of a coroutine function for example.
        return await result if inspect.isawaitable(result) else result

    def execute_tool(self, tool_name: str, parameters: Mapping[str, Any], callback: Answer) -> "Future[None]":
        """Calls a handler and gives `callback` the frame that answers the call, on the handlers' event loop."""
        loop = self._loop
        if loop is None:
            raise RuntimeError("ClientTools is not running: call `start()` first")
        return asyncio.run_coroutine_threadsafe(self._execute(tool_name, parameters, callback), loop)

    async def _execute(self, tool_name: str, parameters: Mapping[str, Any], callback: Answer) -> None:
        result: Any
        try:
            result, is_error = await self.handle(tool_name, parameters), False
            if result is None:
                result = f"Client tool: {tool_name} called successfully."
            json.dumps(result)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # Whatever a handler raises belongs to the model.
            result, is_error = str(error) or type(error).__name__, True
        callback(
            {
                "type": "client_tool_result",
                "tool_call_id": parameters.get("tool_call_id"),
                "result": result,
                "is_error": is_error,
            }
        )


def _carry(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
