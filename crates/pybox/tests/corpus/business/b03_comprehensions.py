# what: comprehensions of lists, dicts and sets, any and all
def execute_tool(parameters, context):
    m = [[i * j for j in range(4)] for i in range(3)]
    flat = [x for row in m for x in row if x % 2 == 0]
    d = {k: v for k, v in zip("abc", range(3))}
    s = {x % 3 for x in range(10)}
    g = sum(x * x for x in range(10) if x % 2)
    return {"m": m, "flat": flat, "d": d, "s": sorted(s), "g": g, "any": any(x > 5 for x in flat), "all": all(x >= 0 for x in flat)}
