"""Lists that are given in pages."""

from __future__ import annotations

from typing import Any, AsyncIterator, Awaitable, Callable, Dict, Optional


async def items(operation: Callable[..., Awaitable[Any]], *places: Any, **filters: Any) -> AsyncIterator[Any]:
    """Every item of a list, page by page, from its beginning or from `cursor`."""
    cursor: Optional[str] = filters.pop("cursor", None)
    while True:
        page: Dict[str, Any] = await operation(*places, cursor=cursor, **filters)
        for item in page["items"]:
            yield item
        cursor = page.get("next_cursor")
        if cursor is None:
            return
