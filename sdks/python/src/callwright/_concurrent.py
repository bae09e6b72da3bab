"""Several things at once, and what goes on when its caller has gone: awaited or in threads."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Awaitable, Callable, Dict, Generic, List, Optional, Sequence, Set, Tuple, TypeVar

from .errors import CallwrightError

Value = TypeVar("Value")
MOST_THREADS = 16
# How long what came of a call whose caller has gone is kept for whoever asks for the same again, in seconds.
KEPT = 60.0
# How long a result waits for `on_directive`, in seconds.
TELLING = 2.0
log = logging.getLogger("callwright")
_telling: "Set[asyncio.Task[None]]" = set()


async def all_async(calls: Sequence[Callable[[], Awaitable[Value]]]) -> List[Value]:
    return list(await asyncio.gather(*(call() for call in calls)))


def all_sync(calls: Sequence[Callable[[], Value]]) -> List[Value]:
    if len(calls) < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(min(len(calls), MOST_THREADS), "callwright") as pool:
        return list(pool.map(lambda call: call(), calls))


def may_tell_async(callback: Optional[Callable[..., Any]]) -> None:
    """Any function will do where there is somebody to await it."""


def may_tell_sync(callback: Optional[Callable[..., Any]]) -> None:
    if callback is None:
        return
    if inspect.iscoroutinefunction(callback) or inspect.iscoroutinefunction(type(callback).__call__):
        raise CallwrightError("`on_directive` must be a plain function here: nobody awaits a coroutine")


async def tell_async(callback: Callable[[Any], Any], what: Any) -> None:
    """Tells a callback. Its fault is logged: what it is told of has been done.

    One that waits until the goodbye was spoken must not keep it from the model: after a while it goes on by itself.
    """

    async def tell() -> None:
        try:
            done = callback(what)
            if inspect.isawaitable(done):
                await done
        except Exception:
            log.exception("`on_directive` has failed")

    task = asyncio.ensure_future(tell())
    _telling.add(task)
    task.add_done_callback(_telling.discard)
    await asyncio.wait([task], timeout=TELLING)


def tell_sync(callback: Callable[[Any], Any], what: Any) -> None:
    try:
        done = callback(what)
        if inspect.iscoroutine(done):
            done.close()
            raise TypeError("`on_directive` gave a coroutine, which nobody awaits here")
    except Exception:
        log.exception("`on_directive` has failed")


class AsyncUnderway(Generic[Value]):
    """Calls that are under way. One whose caller is cancelled goes on: the server does it all the same.

    Whoever asks for the same again within a minute is given what came of it, once, instead of a second effect.
    """

    def __init__(self) -> None:
        self._left: Dict[str, Tuple["asyncio.Task[Value]", float]] = {}

    async def run(self, what: Optional[str], call: Callable[[], Awaitable[Value]]) -> Value:
        """Makes a call, unless one of that name was left; without a name it is made and left to itself."""
        if what is None:
            return await call()
        now = time.monotonic()
        self._left = {key: kept for key, kept in self._left.items() if kept[1] > now or not kept[0].done()}
        task = self._adopted(what)
        if task is None:
            task = asyncio.ensure_future(_awaited(call))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                self._left[what] = (task, time.monotonic() + KEPT)
            raise

    def _adopted(self, what: str) -> "Optional[asyncio.Task[Value]]":
        task, _ = self._left.pop(what, (None, 0.0))
        # One of a loop that has ended comes to no end.
        if task is None or task.cancelled() or task.get_loop() is not asyncio.get_running_loop():
            return None
        return task


class Underway(Generic[Value]):
    """The same for programs that wait, whose calls cannot be cancelled."""

    def run(self, what: Optional[str], call: Callable[[], Value]) -> Value:
        return call()


async def _awaited(call: Callable[[], Awaitable[Value]]) -> Value:
    return await call()
