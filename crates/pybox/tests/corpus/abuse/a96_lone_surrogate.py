# what: returns texts that are no Unicode, as value and as key
# expect: result
# result: {"value": "a?b", "key?": 1}
def execute_tool(parameters, context):
    return {"value": "a\ud800b", "key\udfff": 1}
