"""What the interpreter learns by running is learned before the snapshot is taken.

CPython makes its bytecode faster where it has run before, and remembers what `isinstance` found out about abstract
classes. Each call begins from the snapshot, so without this each call would begin by learning. The tools below are made
up for it: they use what many tools use. Their patterns and data are forgotten again.
"""

import logging
import marshal
import os
import re
import sys

from _callwright import channel, runner

_TIMES = 12

_TOOLS = [
    '''
import json, math, re, statistics
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, ROUND_HALF_UP
from fractions import Fraction
from itertools import accumulate, chain, groupby, islice, product

Visit = namedtuple("Visit", "who minutes")


def _minutes(text):
    found = re.match(r"(?:(\\d+)h)?\\s*(?:(\\d+)m)?$", text)
    hours, minutes = (int(part or 0) for part in found.groups())
    return hours * 60 + minutes


def execute_tool(parameters, context):
    visits = [Visit(row["who"], _minutes(row["time"])) for row in parameters["rows"]]
    grouped = defaultdict(list)
    for visit in visits:
        grouped[visit.who].append(visit.minutes)
    begin = datetime(2024, 2, 28, 9, 30, tzinfo=timezone.utc)
    told = []
    for who, minutes in sorted(grouped.items(), key=lambda item: (-sum(item[1]), item[0])):
        end = begin + timedelta(minutes=sum(minutes))
        told.append({
            "who": who.title(),
            "share": f"{sum(minutes) / 500:.1%}",
            "sum": f"{sum(minutes):>8,.1f}",
            "until": end.isoformat(),
            "day": end.strftime("%d.%m.%Y"),
            "words": re.findall(r"\\w+", who.lower()),
            "slug": re.sub(r"\\W+", "-", who).strip("-"),
        })
    numbers = [visit.minutes for visit in visits]
    day = datetime.strptime("2024-03-01", "%Y-%m-%d").date()
    late = datetime.fromisoformat("2024-03-01T10:00:00") - datetime(2024, 2, 1)
    price = (Decimal("19.99") * 3).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    half = Fraction(1, 2) + Fraction(3, 4)
    return {
        "rows": told,
        "mean": statistics.mean(numbers),
        "fmean": round(statistics.fmean(numbers), 2),
        "median": statistics.median([float(number) for number in numbers]),
        "spread": round(statistics.pstdev(numbers), 3),
        "stdev": round(statistics.stdev([number / 3 for number in numbers]), 3),
        "variance": statistics.variance(numbers),
        "mode": statistics.mode(numbers),
        "common": Counter(visit.who for visit in visits).most_common(2),
        "runs": [[key, len(list(group))] for key, group in groupby(number > 30 for number in numbers)],
        "sums": list(accumulate(islice(chain(numbers, [1]), 4))),
        "pairs": [f"{left}{right}" for left, right in product("ab", [1, 2])],
        "last": list(deque(numbers, maxlen=2)),
        "order": OrderedDict(a=1),
        "days": (date(2024, 12, 24) - day).days,
        "late": late.days,
        "price": price,
        "half": str(half),
        "root": math.sqrt(math.ceil(2.5)),
        "seen": {"x", "y"},
        "again": json.loads(json.dumps({"a": [1, 2.5, None, True, "é"]}, indent=1, sort_keys=True)),
    }
''',
    '''
import base64, csv, hashlib, io, string, textwrap, uuid
import asyncio
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import lru_cache, reduce
from typing import Any, Optional
from urllib.parse import parse_qs, quote, urlencode, urlparse


class Kind(Enum):
    FOOD = "food"
    TRAVEL = "travel"


@dataclass
class Item:
    name: str
    kind: Kind
    price: float
    tags: list = field(default_factory=list)


@lru_cache(maxsize=None)
def _fib(n: int) -> int:
    return n if n < 2 else _fib(n - 1) + _fib(n - 2)


def _counted(items):
    for number, item in enumerate(items, start=1):
        yield number, item


async def _double(x: int) -> int:
    await asyncio.sleep(0)
    return x * 2


async def execute_tool(rows: list, title: Optional[str] = "t", **rest: Any):
    items = [Item(row["who"], Kind.FOOD if at % 2 else Kind.TRAVEL, at * 1.5, ["new"]) for at, row in enumerate(rows)]
    table = io.StringIO()
    writer = csv.DictWriter(table, ["name", "price"])
    writer.writeheader()
    writer.writerows({"name": item.name, "price": item.price} for item in items)
    read = list(csv.DictReader(io.StringIO(table.getvalue())))
    match items[0]:
        case Item(kind=Kind.TRAVEL, price=price):
            first = price
        case _:
            first = None
    try:
        rest["absent"]
    except KeyError as error:
        first = str(error)
    total = reduce(lambda sum, item: sum + item.price, items, 0.0)
    url = urlparse("https://example.com/a/b?" + urlencode({"q": title, "n": 1}))
    return {
        "items": [asdict(item) for item in items[:3]],
        "plain": items[0],
        "read": read[:2],
        "first": first,
        "total": total,
        "numbered": dict(_counted(["a", "b"])),
        "doubled": await asyncio.gather(_double(1), _double(2)),
        "fib": _fib(15),
        "hash": hashlib.sha256(b"x").hexdigest(),
        "code": base64.b64encode(b"bytes").decode(),
        "query": parse_qs(url.query),
        "quoted": quote("a b"),
        "text": textwrap.shorten("many words that are too long", 15),
        "filled": string.Template("$a").substitute(a=1),
        "id": len(str(uuid.uuid4())),
        "flags": sorted([("b", 2), ("a", 1)], key=lambda pair: pair[1], reverse=True),
        "upper": {key.upper(): value for key, value in {"a": 1}.items() if value},
    }
''',
    '''
import logging


def execute_tool(parameters, context):
    print("rows:", len(parameters["rows"]))
    logging.getLogger().info("%s rows", len(parameters["rows"]))
    if parameters["rows"]:
        raise ValueError("there should be none")
    return None
''',
]


def _rows():
    names = ["ada lovelace", "grace hopper", "alan turing"]
    return [{"who": names[at % 3], "time": f"{at % 2}h {at * 7 % 60}m", "n": at, "x": at / 4, "ok": at > 3, "no": None} for at in range(12)]


def _call(source, output):
    """One call as the host would make it, without the host."""
    request = {
        "mode": "run",
        "function": "execute_tool",
        "names": ["rows", "title"],
        "parameters": {"rows": _rows(), "title": "t"},
        "context": {"execution_id": "x", "user_data": {}},
        "env": {"NAME": "value"},
        "imports": sorted(sys.stdlib_module_names),
        "apart": [],
        "output_bytes": 1 << 20,
        "log_bytes": 1 << 16,
    }
    given = {
        "call": marshal.dumps(request),
        "code": marshal.dumps(compile(source, runner.FILE, "exec", dont_inherit=True)),
    }
    channel.read, channel.write = given.__getitem__, lambda name, data: output.append((name, data))
    channel.output = lambda stream, data: None
    runner.main()
    sys.modules.pop("tool", None)


def up():
    """Once, before the snapshot is taken."""
    kept = channel.read, channel.write, channel.output
    streams = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
    root = logging.getLogger()
    log = root.handlers[:], root.level
    output = []
    try:
        for source in _TOOLS:
            for _ in range(_TIMES):
                _call(source, output)
    finally:
        channel.read, channel.write, channel.output = kept
        sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__ = streams
        root.handlers[:] = log[0]
        root.setLevel(log[1])
        os.environ.clear()
    # A warm-up that fails teaches nothing, and would go unnoticed.
    wanted = [b'{"kind":"done"'] * 2 * _TIMES + [b'{"type": "ValueError"'] * _TIMES
    for (name, data), begin in zip(output, wanted, strict=True):
        if name != "result" or not data.startswith(begin):
            raise RuntimeError(f"the warm-up fails: {data[:500]}")
    re.purge()
