# what: dataclasses whose annotations are texts, which need the tool to be a module that can be looked up
from __future__ import annotations
import copy, pickle
from dataclasses import KW_ONLY, asdict, dataclass, field, fields, replace
from datetime import date
from typing import ClassVar, get_type_hints
@dataclass(order=True, frozen=True)
class Line:
    sku: str = field(compare=False)
    amount: float = 0.0
    count: ClassVar[int] = 0
@dataclass(kw_only=True, slots=True)
class Order:
    id: int
    lines: list[Line] = field(default_factory=list)
    placed: date | None = None
    def __post_init__(self):
        self.lines = sorted(self.lines)
def execute_tool(parameters: dict, context: dict) -> dict:
    order = Order(id=7, lines=[Line("b", 2.5), Line("a", 1)], placed=date(2026, 3, 1))
    try:
        order.lines[0].amount = 9
        frozen = False
    except AttributeError:
        frozen = True
    return {"order": order, "dict": asdict(order.lines[0]), "names": [one.name for one in fields(Order)], "frozen": frozen, "replaced": replace(order.lines[1], amount=9).amount,
            "least": min(order.lines).sku, "hints": sorted(get_type_hints(Line)), "copied": copy.deepcopy(order) == order, "pickled": pickle.loads(pickle.dumps(order.lines[0])) == order.lines[0], "repr": repr(order.lines[0])}
