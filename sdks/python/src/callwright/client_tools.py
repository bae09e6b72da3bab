"""Tools that run in this program, for agents of a conversation to call."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import threading
from concurrent.futures import Future
from typing import Any, Callable, Dict, Mapping, Optional, Tuple

from . import _plain

Handler = Callable[[Dict[str, Any]], Any]
Answer = Callable[[Dict[str, Any]], None]
MOST_THREADS = 32


class ClientTools:
    """Handlers by name, and where they run.

    A handler is given one dict: the parameters, and the call's id as `tool_call_id`. Handlers that wait run in threads
    of their own. Coroutine functions run on the event loop that is given; else on that of the conversation that awaits;
    else on an own one. Calls run at the same time and are answered as they end. What a handler raises is told to the
    model as the call's error. Several conversations may share one.
    """

    def __init__(self, loop: Optional[asyncio.AbstractEventLoop] = None) -> None:
        self._handlers: Dict[str, Tuple[Handler, bool]] = {}
        self._lock = threading.Lock()
        self._given_loop = loop
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._thread: Optional[threading.Thread] = None
        self._by_hand = False
        self._held = 0
        self._threads = threading.Semaphore(MOST_THREADS)

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
        return self._by_hand or self._held > 0

    def start(self) -> None:
        """Makes ready for calls; a conversation does it. Twice is once."""
        with self._lock:
            self._by_hand = True
            self._begin()

    def stop(self) -> None:
        """Takes no more calls, unless a conversation still goes on; the own event loop ends, a given one goes on."""
        with self._lock:
            self._by_hand = False
            ended = self._ended()
        _join(ended)

    def hold(self, *, own_loop: bool) -> None:
        """A conversation begins: the tools run until it, and any other that has them, lets go."""
        with self._lock:
            self._held += 1
            if own_loop:
                self._begin()

    def release(self) -> None:
        with self._lock:
            self._held -= 1
            ended = self._ended()
        _join(ended)

    def _begin(self) -> None:
        if self._loop is None and self._given_loop is None:
            self._loop = loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=_carry, args=(loop,), name="ClientTools-EventLoop", daemon=True)
            self._thread.start()

    def _ended(self) -> Optional[threading.Thread]:
        """Ends the own loop if nobody needs it any more, and gives its thread."""
        if self.is_running or self._loop is None:
            return None
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)
        thread, self._loop, self._thread = self._thread, None, None
        return thread

    async def handle(self, tool_name: str, parameters: Mapping[str, Any]) -> Any:
        """Calls a handler where it belongs, and gives what it gives."""
        with self._lock:
            found = self._handlers.get(tool_name)
        if found is None:
            raise ValueError(f"Tool '{tool_name}' is not registered")
        handler, is_async = found
        result = handler(dict(parameters)) if is_async else await self._in_thread(handler, dict(parameters))
        # Also what a plain function gives back to be awaited, a partial of a coroutine function for example.
        return await result if inspect.isawaitable(result) else result

    async def _in_thread(self, handler: Handler, parameters: Dict[str, Any]) -> Any:
        """A thread for each call, which does not keep the program from ending; a pool's threads would."""
        if not self._threads.acquire(blocking=False):
            raise RuntimeError(f"{MOST_THREADS} calls are under way already; try again later")
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        done: "asyncio.Future[Tuple[Any, Optional[BaseException]]]" = loop.create_future()

        def tell(result: Any, error: Optional[BaseException]) -> None:
            if not done.done():
                done.set_result((result, error))

        def work() -> None:
            result: Any = None
            failure: Optional[BaseException] = None
            try:
                result = context.run(handler, parameters)
            except BaseException as error:
                failure = error
            finally:
                self._threads.release()
            # The loop may have ended meanwhile: then nobody waits.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(tell, result, failure)

        try:
            threading.Thread(target=work, name="ClientTools", daemon=True).start()
        except BaseException:
            self._threads.release()
            raise
        result, error = await done
        if error is not None:
            raise error
        return result

    def execute_tool(
        self,
        tool_name: str,
        parameters: Mapping[str, Any],
        callback: Answer,
        loop: Optional[asyncio.AbstractEventLoop] = None,
    ) -> "Future[None]":
        """Calls a handler and gives `callback` the frame that answers the call, on the handlers' event loop.

        `loop` is where coroutine functions run if no loop was given and these tools were not begun by hand.
        """
        where = self._given_loop or (self._loop if self._by_hand else None) or loop or self._loop
        if not self.is_running or where is None:
            raise RuntimeError("ClientTools is not running: call `start()` first")
        return asyncio.run_coroutine_threadsafe(self._execute(tool_name, parameters, callback), where)

    async def _execute(self, tool_name: str, parameters: Mapping[str, Any], callback: Answer) -> None:
        result: Any
        try:
            result, is_error = await self.handle(tool_name, parameters), False
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # Whatever a handler raises belongs to the model, `sys.exit` as well.
            if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                raise
            result, is_error = _words(error), True
        callback(
            {
                "type": "client_tool_result",
                "tool_call_id": parameters.get("tool_call_id"),
                "result": _told(tool_name, result),
                "is_error": is_error,
            }
        )


def _is_cancelled() -> bool:
    """Whether it is this call that was cancelled, not something that its handler waited for; not known before 3.11."""
    count = getattr(asyncio.current_task(), "cancelling", None)
    return count is None or bool(count())


def _words(error: BaseException) -> str:
    try:
        return str(error) or type(error).__name__
    except Exception:
        return type(error).__name__


def _told(tool_name: str, result: Any) -> Any:
    """A result as JSON. What cannot be told must not look like a call that was not carried out."""
    if result is None:
        return f"Client tool: {tool_name} called successfully."
    try:
        return _plain.plain(result)
    except Exception as error:
        return f"{tool_name} was carried out, but its result cannot be told: {_plain.mended(str(error))}"


def _join(thread: Optional[threading.Thread]) -> None:
    """Waits for a thread's end, but not on an event loop: that has others to serve."""
    if thread is None or thread is threading.current_thread():
        return
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        thread.join(timeout=5)


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
