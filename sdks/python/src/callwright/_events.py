"""Server-sent events, line by line."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional


class Event:
    """One event: its name, its data, and the id by which a stream is gone on with."""

    __slots__ = ("data", "id", "name")

    def __init__(self, name: str, data: Any, id: Optional[str]) -> None:
        self.name, self.data, self.id = name, data, id


class Lines:
    """Makes events of lines."""

    def __init__(self) -> None:
        self._name = "message"
        self._data: List[str] = []
        self._id: Optional[str] = None

    def feed(self, line: str) -> Optional[Event]:
        """The event that a line ends, if it ends one."""
        if line:
            name, _, value = line.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if name == "event":
                self._name = value
            elif name == "data":
                self._data.append(value)
            elif name == "id":
                self._id = value
            return None
        name, data, id = self._name, self._data, self._id
        self._name, self._data, self._id = "message", [], None
        if not data:
            return None
        text = "\n".join(data)
        try:
            return Event(name, json.loads(text), id)
        except ValueError:
            return Event(name, text, id)


def is_final(event: Event) -> bool:
    """Whether a run's event says that the run has ended."""
    run: Dict[str, Any] = event.data.get("run", {}) if isinstance(event.data, dict) else {}
    return event.name == "run" and run.get("state") in ("completed", "failed", "cancelled")
