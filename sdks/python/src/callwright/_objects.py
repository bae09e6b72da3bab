"""What models' clients give: plain dicts, or objects with the same names."""

from __future__ import annotations

from typing import Any, List


def get(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


def listed(thing: Any) -> List[Any]:
    return list(thing) if isinstance(thing, (list, tuple)) else []
