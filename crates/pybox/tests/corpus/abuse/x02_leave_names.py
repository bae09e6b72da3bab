# what: leaves names in every module, a changed class, a registered codec and a changed default
# expect: result or error
# result: {"left": true}
import codecs, decimal, json, locale, re, sys
def helper(value, seen=[]):
    seen.append(value)
    return seen
def execute_tool(parameters, context):
    for module in list(sys.modules.values()):
        try:
            module.left_by_a_call = "secret of the tool before"
        except Exception:
            pass
    helper(1)
    helper(2)
    codecs.register(lambda name: None if name != "left" else codecs.lookup("utf-8"))
    decimal.getcontext().prec = 3
    decimal.DefaultContext.prec = 3
    json.JSONEncoder.left_by_a_call = True
    re.compile("left_by_a_call")
    return {"left": len(helper(3)) == 3}
