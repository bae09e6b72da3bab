# what: makes class objects for ever, which hold each other
# expect: memory or timeout
def execute_tool(parameters, context):
    base, kept = object, []
    while True:
        kept.append(type("C", (), {"data": bytearray(10_000), "base": base}))
        base = kept[-1]
