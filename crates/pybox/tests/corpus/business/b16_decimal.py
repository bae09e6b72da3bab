# what: sums decimals and rounds them
from decimal import Decimal, ROUND_HALF_UP
def execute_tool(parameters, context):
    t = sum((Decimal(x) for x in ["19.99", "5.01", "0.335"]), Decimal("0"))
    return {"t": str(t.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))}
