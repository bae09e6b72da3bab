# what: looks for those names
# expect: result
# result: {"found": [], "precision": "0.3333333333333333333333333333"}
import codecs, decimal, json, sys
def execute_tool(parameters, context):
    found = sorted(name for name, module in list(sys.modules.items()) if "left_by_a_call" in vars(module))
    if hasattr(json.JSONEncoder, "left_by_a_call"):
        found.append("encoder")
    try:
        codecs.lookup("left")
        found.append("codec")
    except LookupError:
        pass
    return {"found": found, "precision": str(decimal.Decimal(1) / 3)}
