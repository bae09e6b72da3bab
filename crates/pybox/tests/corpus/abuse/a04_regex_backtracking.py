# what: a regular expression that backtracks for ever
# expect: timeout
import re
def execute_tool(parameters, context):
    return {"match": bool(re.match(r"^(a+)+$", "a" * 60 + "!"))}
