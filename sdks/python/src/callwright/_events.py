"""Server-sent events."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Optional

# Only these end a line. `str.splitlines` knows more of them, which JSON leaves in texts as they are.
_END = re.compile(r"\r\n|\n|\r(?!\Z)")


class Event:
    """One event: its name, its data, and the id by which a stream is gone on with."""

    __slots__ = ("data", "id", "name")

    def __init__(self, name: str, data: Any, id: Optional[str]) -> None:
        self.name, self.data, self.id = name, data, id


class Events:
    """Makes events of a text that comes in pieces."""

    def __init__(self) -> None:
        self._rest: List[str] = []
        self._name = "message"
        self._data: List[str] = []
        self._id: Optional[str] = None

    def feed(self, text: str) -> List[Event]:
        """The events that a piece of the text ends."""
        if "\n" not in text and "\r" not in text and not (self._rest and self._rest[-1].endswith("\r")):
            # A long line in many pieces is put together once.
            self._rest.append(text)
            return []
        *lines, rest = _END.split("".join(self._rest) + text)
        self._rest = [rest]
        return [event for event in map(self._line, lines) if event is not None]

    def _line(self, line: str) -> Optional[Event]:
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


class Words:
    """The words of a run as they are written. They have no ids: those of a stream that was cut are in no other one."""

    def __init__(self) -> None:
        self._told = ""
        self._was_cut = False

    def cut(self) -> None:
        """The stream was cut: until the next message it is not known what is missing."""
        self._was_cut = True

    def passing(self, told: Dict[str, Any]) -> List[Dict[str, Any]]:
        """What to tell for what has come: the words that a cut stream has lost are told with their message."""
        if told.get("type") == "delta":
            if self._was_cut:
                return []
            self._told += str(told.get("text") or "")
            return [told]
        message = told.get("message")
        if told.get("type") != "message" or not isinstance(message, dict) or message.get("role") != "assistant":
            return [told]
        whole, said, was_cut = str(message.get("text") or ""), self._told, self._was_cut
        self._told, self._was_cut = "", False
        # A model that was asked again may have begun otherwise: then only the message is right.
        if was_cut and len(whole) > len(said) and whole.startswith(said):
            return [{"type": "delta", "text": whole[len(said) :]}, told]
        return [told]


def is_final(event: Event) -> bool:
    """Whether a run's event says that the run has ended."""
    run: Dict[str, Any] = event.data.get("run", {}) if isinstance(event.data, dict) else {}
    return event.name == "run" and run.get("state") in ("completed", "failed", "cancelled")
