"""Schemas for runtimes that keep only a part of them."""

from __future__ import annotations

from typing import Any, Dict, Mapping

MOST_DEPTH = 12


def inline(schema: Mapping[str, Any]) -> Dict[str, Any]:
    """A schema without `$defs`: what is referred to stands in its place. What refers to itself ends as any object."""
    root = dict(schema)

    def resolve(node: Any, depth: int) -> Any:
        if isinstance(node, list):
            return [resolve(each, depth) for each in node]
        if not isinstance(node, dict):
            return node
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith("#/"):
            if depth >= MOST_DEPTH:
                return {"type": "object"}
            found: Any = root
            for part in target[2:].split("/"):
                found = found.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, dict) else {}
            beside = {key: value for key, value in node.items() if key != "$ref"}
            return {**resolve(found, depth + 1), **resolve(beside, depth)}
        return {key: resolve(value, depth) for key, value in node.items() if key not in ("$defs", "definitions")}

    resolved: Dict[str, Any] = resolve(root, 0)
    return resolved
