# what: loops with break, continue and else, slices, enumerate and zip
def execute_tool(parameters, context):
    out = []
    i = 0
    while True:
        i += 1
        if i == 3:
            continue
        if i > 5:
            break
        out.append(i)
    else:
        out.append("no")
    for n, (a, b) in enumerate(zip("ab", [1, 2]), start=1):
        out.append(f"{n}{a}{b}")
    del out[0]
    out[1:1] = ["ins"]
    return {"out": out, "sl": out[-2:], "ix": out.index("ins"), "m": list(map(str, filter(None, [0, 1, 2]))), "srt": sorted("bca", reverse=True), "t": tuple(out[:2]) + (1,), "x": "a" if out else "b"}
