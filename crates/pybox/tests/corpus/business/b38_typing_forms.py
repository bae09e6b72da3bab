# what: TypedDict, NamedTuple, Protocol, Literal, generics and unions written with a bar
from __future__ import annotations
from typing import Any, Callable, ClassVar, Final, Generic, Iterable, Literal, NamedTuple, Protocol, TypedDict, TypeVar, get_type_hints
T = TypeVar("T")
class Row(TypedDict, total=False):
    name: str
    amount: float
class Shape(Protocol):
    def area(self) -> float: ...
class Square(NamedTuple):
    side: float
    def area(self) -> float:
        return self.side ** 2
class Box(Generic[T]):
    count: ClassVar[int] = 0
    def __init__(self, item: T) -> None:
        self.item = item
        Box.count += 1
    def map(self, change: Callable[[T], Any]) -> Box[Any]:
        return Box(change(self.item))
MAX: Final = 3
def total(shapes: Iterable[Shape]) -> float:
    return sum(shape.area() for shape in shapes)
def pick(rows: list[Row], mode: Literal["first", "last"] = "first", default: str | None = None) -> str | None:
    return (rows[0 if mode == "first" else -1].get("name", default)) if rows else default
def execute_tool(parameters: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    rows: list[Row] = [{"name": "a", "amount": 1.5}, {"amount": 2}]
    return {"total": total([Square(2), Square(3)]), "pick": [pick(rows), pick(rows, "last", "none"), pick([])], "box": Box(20).map(str).item,
            "count": Box.count, "hints": sorted(get_type_hints(pick)), "max": MAX, "keys": sorted(Row.__annotations__)}
