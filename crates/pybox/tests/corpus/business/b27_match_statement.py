# what: routes events by the match statement: mappings, sequences, classes, guards and alternatives
from dataclasses import dataclass
@dataclass
class Refund:
    amount: float
    reason: str = ""
def route(event):
    match event:
        case {"type": "order", "items": [first, *rest]}:
            return f"order of {first} and {len(rest)} more"
        case {"type": "order", "items": []}:
            return "empty order"
        case Refund(amount=amount) if amount > 100:
            return "refund to a person"
        case Refund(amount, reason=("late" | "broken") as reason):
            return f"refund of {amount:.2f}, {reason}"
        case [int(x), int(y)] | (int(x), int(y), _):
            return x + y
        case str() as text if text.startswith("#"):
            return text[1:]
        case None | False:
            return "nothing"
        case _:
            return "unknown"
def execute_tool(parameters, context):
    events = [{"type": "order", "items": ["tea", "cup", "pot"]}, {"type": "order", "items": []}, Refund(250), Refund(9.5, "late"),
              Refund(9.5, "mood"), [1, 2], (3, 4, 5), "#77", None, False, 3.5]
    return [route(event) for event in events]
