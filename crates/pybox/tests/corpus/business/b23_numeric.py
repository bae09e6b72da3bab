# what: numbers: division, powers, rounding, bases
def execute_tool(parameters, context):
    return {"d": divmod(17, 5), "p": pow(3, 200, 13), "big": 2 ** 100, "r": [round(2.675, 2), round(1234, -2), round(2.5)], "fl": 7 // -2, "mod": -7 % 3, "f": float("1e3"), "i": int("ff", 16), "b": bin(10), "abs": abs(-3), "inf": float("inf") > 1, "c": 0.1 + 0.2, "bits": (255).bit_length(), "s": 1_000_000}
