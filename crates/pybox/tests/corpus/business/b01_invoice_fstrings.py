# what: an invoice with f-strings: widths, thousands, percentages, other bases
def execute_tool(parameters, context):
    items = [{"n": "Widget", "q": 3, "p": 1234.5}, {"n": "Gear", "q": 10, "p": 99.99}]
    sub = sum(i["q"] * i["p"] for i in items)
    tax = sub * 0.0825
    lines = [f"{i['n']:<10}|{i['q']:>4}|{i['p']:>12,.2f}" for i in items]
    return {"lines": lines, "sub": f"{sub:,.2f}", "tax": f"{tax:.2f}", "pct": f"{0.0825:.2%}", "pad": f"{42:05d}", "hex": f"{255:#x}", "sci": f"{12345.678:.3e}", "r": f"{'x'!r:>6}"}
