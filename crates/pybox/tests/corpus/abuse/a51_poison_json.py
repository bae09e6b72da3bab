# what: replaces the functions of json by its own
# expect: result or error
# result: {"poisoned": true}
import json
def execute_tool(parameters, context):
    fake = lambda *args, **kwargs: '{"poisoned": true}'
    json.dumps = json.dump = json.JSONEncoder.default = json.JSONEncoder.encode = json.JSONEncoder.iterencode = fake
    json.loads = json.load = json.JSONDecoder.decode = lambda *args, **kwargs: {"poisoned": True}
    json.encoder.c_make_encoder = None
    json.encoder.encode_basestring_ascii = json.encoder.encode_basestring = lambda text: '"poisoned"'
    return {"poisoned": True}
