"""A conversation for programs that wait."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, Coroutine, Optional, Set, TypeVar

from .client_tools import ClientTools
from .conversation import AsyncConversation, Disconnected
from .errors import CallwrightError

Given = TypeVar("Given")
log = logging.getLogger("callwright")


class Conversation:
    """The same for programs that wait: the conversation is carried by a thread of its own, callbacks too.

    A callback may send and end the session as well; there it does not wait for that.
    """

    def __init__(self, agent_id: Optional[str] = None, **how: Any) -> None:
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._thread: Optional[threading.Thread] = None
        self._tasks: Set[asyncio.Task[None]] = set()
        self._talk = _Carried(agent_id, **how)

    @property
    def conversation_id(self) -> Optional[str]:
        return self._talk.conversation_id

    @property
    def client_tools(self) -> ClientTools:
        return self._talk.client_tools

    @property
    def ended(self) -> Optional[Disconnected]:
        return self._talk.ended

    def start_session(self) -> str:
        """Connects, and gives the conversation's id."""
        if self._thread is not None or self._talk.ended is not None:
            raise CallwrightError("this conversation has begun already: make a new `Conversation`")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="Conversation", daemon=True)
        self._thread.start()
        try:
            return self._do(self._talk.start_session())
        except BaseException:
            self._stop()
            raise

    def end_session(self) -> None:
        if self._thread is threading.current_thread():
            self._soon(self._talk.end_session())
        elif self._thread is not None:
            self._do(self._talk.end_session())
            self._stop()

    def wait_for_session_end(self, timeout: Optional[float] = None) -> Optional[str]:
        """Waits until the conversation has ended, however, and gives its id; `TimeoutError` if that takes too long."""
        if self._thread is not None:
            self._do(self._talk.wait_for_session_end(), timeout)
            self._stop()
        return self.conversation_id

    def send_user_message(self, text: str) -> None:
        self._say(self._talk.send_user_message(text))

    def send_contextual_update(self, text: str) -> None:
        self._say(self._talk.send_contextual_update(text))

    def register_user_activity(self) -> None:
        self._say(self._talk.register_user_activity())

    def send_feedback(self, liked: Optional[bool], event_id: Optional[int] = None) -> None:
        self._say(self._talk.send_feedback(liked, event_id))

    def __enter__(self) -> Conversation:
        self.start_session()
        return self

    def __exit__(self, *error: object) -> None:
        self.end_session()

    def _say(self, what: Coroutine[Any, Any, None]) -> None:
        if self._thread is threading.current_thread():
            self._soon(what)
        else:
            self._do(what)

    def _soon(self, what: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        task = self._loop.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("what a callback sent could not be sent", exc_info=task.exception())

    def _do(self, what: Coroutine[Any, Any, Given], timeout: Optional[float] = None) -> Given:
        if self._thread is None or self._thread is threading.current_thread():
            what.close()
            told = "has not begun or has ended" if self._thread is None else "cannot wait for itself in a callback"
            raise CallwrightError(f"the conversation {told}")
        assert self._loop is not None
        future: Future[Given] = asyncio.run_coroutine_threadsafe(what, self._loop)
        try:
            return future.result(timeout)
        except FutureTimeout:
            future.cancel()
            raise TimeoutError("the conversation goes on") from None

    def _stop(self) -> None:
        thread, loop, self._thread, self._loop = self._thread, self._loop, None, None
        if thread is not None and loop is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(timeout=5)
            # A callback that does not come to an end keeps the thread, which keeps no program.
            if not thread.is_alive():
                loop.close()


class _Carried(AsyncConversation):
    """One whose loop belongs to it alone: client tools must not hold it up."""

    _own_loop = True
