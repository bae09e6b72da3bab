# what: compiles expressions nested a hundred thousand deep
# expect: error or trap or memory or timeout
def execute_tool(parameters, context):
    for text in ("(" * 100_000 + ")" * 100_000, "-" * 100_000 + "1", "a" + ".b" * 100_000, "f" + "()" * 100_000, "[" * 199 + "]" * 199,
                 "1" + "+1" * 100_000, "not " * 100_000 + "x"):
        try:
            compile(text, "<x>", "eval")
        except (SyntaxError, RecursionError, MemoryError):
            pass
    eval("-" * 3_000_000 + "1")
    raise RuntimeError("it was compiled")
