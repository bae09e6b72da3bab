# what: returns an object whose key the host's JSON library would take for a text that it has yet to read
# expect: error
def execute_tool(parameters, context):
    return {"inner": {"$serde_json::private::RawValue": "{\"ok\": true}"}}
