# what: returns every kind of value that is turned into JSON
from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import PurePosixPath
from typing import NamedTuple
from uuid import UUID, uuid5, NAMESPACE_URL
class Color(Enum):
    RED = "red"
class Level(IntEnum):
    HIGH = 3
class Point(NamedTuple):
    x: int
    y: int = 2
Pair = namedtuple("Pair", "left right")
@dataclass
class Customer:
    name: str
    since: date
    level: Level = Level.HIGH
    tags: set = field(default_factory=set)
def execute_tool(parameters, context):
    return {
        "date": date(2026, 3, 1), "datetime": datetime(2026, 3, 1, 12, 30, tzinfo=timezone.utc), "time": time(9, 15),
        "timedelta": timedelta(minutes=90), "decimal": Decimal("12.50"), "set": {3, 1, 2}, "frozenset": frozenset("ba"),
        "mixed": {1, "a"}, "tuple": (1, (2, 3)), "deque": deque([1, 2]), "bytes": b"hello", "bytearray": bytearray(b"\x00\xff"),
        "dataclass": Customer("Ada", date(2020, 2, 2), tags={"b", "a"}), "named": Point(1), "pair": Pair("l", None), "enum": Color.RED,
        "int_enum": Level.HIGH, "uuid": uuid5(NAMESPACE_URL, "https://example.com/"), "path": PurePosixPath("/a/b.txt"),
        "ordered": OrderedDict(b=1, a=2), "default": defaultdict(list, x=[1]), "range": range(3), "keys": {"a": 1}.keys(),
        "nested": [{"when": (date(2026, 1, 1),)}], "float": 0.1, "whole_float": 2.0, "big": 2 ** 70, "text": "é\u2028\0\"\\", "none": None,
    }
