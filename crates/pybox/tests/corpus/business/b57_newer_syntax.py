# what: walrus, star expressions, positional-only and keyword-only parameters, merged dicts, nested f-strings
def area(width, height, /, *, unit="m", scale: float = 1.0):
    return f"{width * height * scale:.1f}{unit}²"
def execute_tool(parameters, context):
    first, *middle, last = [1, 2, 3, 4]
    head, (a, *_), *rest = "x", [5, 6, 7], 8, 9
    data = [3, 8, 1, 9]
    big = [square for number in data if (square := number * number) > 50]
    total = 0
    running = [total := total + number for number in data]
    width = 10
    merged = {**{"a": 1, "b": 2}, "b": 3} | {"c": 4}
    try:
        area(width=1, height=2)
        named = True
    except TypeError:
        named = False
    try:
        raise ExceptionGroup("both", [ValueError("v"), KeyError("k")])
    except* ValueError as group:
        caught = [str(error) for error in group.exceptions]
    except* KeyError:
        caught_key = True
    return {"middle": middle, "last": first + last, "a": a, "rest": rest, "big": big, "running": running, "f": f"{'wide':>{width}}|{width=}|{[n * 2 for n in data]!r:.8}|{1e6:,.0f}|{0.256:.1%}|{255:08b}",
            "merged": merged, "area": area(2, 3, unit="ft"), "named": named, "caught": caught, "chain": 1 < width <= 10 != 11, "ternary": "odd" if width % 2 else "even",
            "star": [*range(2), *"ab"], "removed": "order-7".removeprefix("order-"), "zip": list(zip("ab", [1, 2], strict=True)), "matrix": [[*column] for column in zip([1, 2], [3, 4])]}
