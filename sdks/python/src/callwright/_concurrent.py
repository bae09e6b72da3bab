"""Several things at once, awaited or in threads."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Awaitable, Callable, List, Sequence, TypeVar

Value = TypeVar("Value")
MOST_THREADS = 16


async def all_async(calls: Sequence[Callable[[], Awaitable[Value]]]) -> List[Value]:
    return list(await asyncio.gather(*(call() for call in calls)))


def all_sync(calls: Sequence[Callable[[], Value]]) -> List[Value]:
    if len(calls) < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(min(len(calls), MOST_THREADS), "callwright") as pool:
        return list(pool.map(lambda call: call(), calls))
