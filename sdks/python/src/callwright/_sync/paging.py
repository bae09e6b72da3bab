# Made by generate.py from `_async`. Do not edit.
"""Lists that are given in pages."""

from __future__ import annotations

from typing import Any, Iterator, Callable, Dict, Optional


def items(operation: Callable[..., Any], *places: Any, **filters: Any) -> Iterator[Any]:
    """Every item of a list, page by page, from its beginning or from `cursor`."""
    cursor: Optional[str] = filters.pop("cursor", None)
    while True:
        page: Dict[str, Any] = operation(*places, cursor=cursor, **filters)
        for item in page["items"]:
            yield item
        cursor = page.get("next_cursor")
        if cursor is None:
            return
