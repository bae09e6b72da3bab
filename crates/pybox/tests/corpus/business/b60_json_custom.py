# what: JSON with an encoder of its own, exact decimals, hooks, and what cannot be written
import json
from datetime import date
from decimal import Decimal
class Encoder(json.JSONEncoder):
    def default(self, value):
        if isinstance(value, (date, Decimal)):
            return str(value)
        return super().default(value)
def execute_tool(parameters, context):
    text = json.dumps({"at": date(2026, 3, 1), "sum": Decimal("1.10"), "ü": "é"}, cls=Encoder, ensure_ascii=False, sort_keys=True)
    try:
        json.dumps({"x": {1, 2}})
        refused = None
    except TypeError as error:
        refused = str(error).splitlines()[0]
    return {"text": text, "exact": json.loads("[1.10, 1e2]", parse_float=Decimal), "pairs": json.loads('{"a": 1, "a": 2}', object_pairs_hook=list), "refused": refused,
            "hook": json.loads('{"type": "point", "x": 1}', object_hook=lambda found: found.get("x")), "compact": json.dumps([1, {"a": None}], separators=(",", ":")), "raw": json.JSONDecoder().raw_decode('{"a": 1} rest')}
