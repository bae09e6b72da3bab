"""Schemas for runtimes that keep only a part of them."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Tuple

MOST_NODES = 500
"""More than this is too much for a model with every request: what is referred to then is any object."""


def inline(schema: Mapping[str, Any]) -> Dict[str, Any]:
    """A schema without `$defs`: what is referred to stands in its place. What refers to itself ends as any object."""
    root = dict(schema)
    nodes = 0

    def resolve(node: Any, within: Tuple[str, ...]) -> Any:
        nonlocal nodes
        nodes += 1
        if isinstance(node, list):
            return [resolve(each, within) for each in node]
        if not isinstance(node, dict):
            return node
        target = node.get("$ref")
        if not isinstance(target, str) or not (target == "#" or target.startswith("#/")):
            return {key: resolve(value, within) for key, value in node.items()}
        beside = {key: resolve(value, within) for key, value in node.items() if key != "$ref"}
        if target == "#" or target in within or nodes > MOST_NODES:
            return {"type": "object", **beside}
        found: Any = root
        for part in target[2:].split("/"):
            found = found.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, dict) else {}
        resolved = resolve(found, (*within, target))
        return {**resolved, **beside} if isinstance(resolved, dict) else beside

    # Here they are definitions; within `properties` they would be parameters of that name.
    shown = {key: value for key, value in root.items() if key not in ("$defs", "definitions")}
    made: Dict[str, Any] = resolve(shown, ())
    return made
