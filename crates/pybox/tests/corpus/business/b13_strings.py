# what: methods of texts
def execute_tool(parameters, context):
    s = "  Hello, World  "
    return {"a": s.strip().lower().replace("o", "0"), "b": "a,b,,c".split(","), "c": "-".join(["x", "y"]), "d": "%s has %d items at %.2f" % ("Bob", 3, 9.5), "e": "{0} {name:>8}".format("hi", name="z"), "f": "title case me".title(), "g": "abc".center(9, "*"), "h": "x".zfill(4), "i": "Straße".casefold(), "j": "a-b".partition("-"), "k": "abc"[::-1], "l": "abc".startswith(("a", "z")), "m": "tel: 555".translate(str.maketrans("5", "9")), "n": "é".encode("utf-8").hex(), "o": "line1\nline2".splitlines()}
