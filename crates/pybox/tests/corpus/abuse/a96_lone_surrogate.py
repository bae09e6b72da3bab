# what: returns texts that are no Unicode, as value and as key
# expect: error or result
# result: {"value": "a\ufffdb", "key\ufffd": 1}
def execute_tool(parameters, context):
    return {"value": "a\ud800b", "key\udfff": 1}
