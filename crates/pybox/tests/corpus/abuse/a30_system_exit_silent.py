# what: leaves by quit as if all went well
# expect: error
def execute_tool(parameters, context):
    raise SystemExit
