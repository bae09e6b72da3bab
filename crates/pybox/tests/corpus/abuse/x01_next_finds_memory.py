# what: looks for that marker in all objects, interned texts and module attributes
# expect: result
# result: {"found": []}
import builtins, gc, sys
def execute_tool(parameters, context):
    start = "wr1ght" + "-l3"
    found = [name for module in (builtins, sys) for name in vars(module) if name == "left" + "_behind"]
    for thing in gc.get_objects():
        if type(thing) is list and thing is not found:
            found += [repr(item)[:30] for item in thing[:50] if type(item) in (str, bytearray) and (start in item if type(item) is str else start.encode() in item)]
    return {"found": found}
