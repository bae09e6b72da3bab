# what: a dataclass and an enumeration
from dataclasses import dataclass, field, asdict
from enum import Enum
class Status(Enum):
    OPEN = "open"
    PAID = "paid"
@dataclass
class Line:
    sku: str
    qty: int = 1
    tags: list = field(default_factory=list)
def execute_tool(parameters, context):
    l = Line("A1", 3)
    l.tags.append("x")
    return {"l": asdict(l), "s": Status("paid").name, "all": [s.value for s in Status]}
