# what: money with decimals: rounding, splitting without losing a cent, tax, formats and contexts
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
CENT = Decimal("0.01")
def split(amount, parts):
    share = (amount / parts).quantize(CENT, rounding=ROUND_DOWN)
    shares = [share] * parts
    for index in range(int((amount - share * parts) / CENT)):
        shares[index] += CENT
    return shares
def execute_tool(parameters, context):
    net = Decimal("1234.565")
    try:
        Decimal("12,50")
        wrong = False
    except InvalidOperation:
        wrong = True
    with localcontext() as precise:
        precise.prec = 50
        third = Decimal(1) / 3
    return {"half_up": net.quantize(CENT, ROUND_HALF_UP), "half_even": net.quantize(CENT, ROUND_HALF_EVEN), "split": split(Decimal("100.00"), 3), "sum": sum(split(Decimal("100.00"), 3)),
            "gross": (net * Decimal("1.19")).quantize(CENT), "format": f"{net:,.2f}", "float": Decimal(0.1) == Decimal("0.1"), "third": str(third), "usual": str(Decimal(1) / 3), "wrong": wrong,
            "exp": Decimal("1E+3"), "normal": str(Decimal("1.500").normalize()), "compare": Decimal("1.0") == 1, "remainder": Decimal("7") % Decimal("2.5"), "sqrt": Decimal(2).sqrt().quantize(CENT)}
