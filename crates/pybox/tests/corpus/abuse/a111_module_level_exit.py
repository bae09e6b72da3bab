# what: raises while the module is loaded
# expect: error
raise SystemExit("at import")
def execute_tool(parameters, context):
    return {}
