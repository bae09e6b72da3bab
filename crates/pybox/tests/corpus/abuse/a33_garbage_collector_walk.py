# what: looks through all objects for something that belongs to the host
# expect: result
# result: {"leaked": []}
import gc
def execute_tool(parameters, context):
    wanted = ("callwright_master", "sk_live_", "BEGIN PRIVATE KEY", "postgres://", "X-Token")
    own = set(wanted)
    leaked = []
    for thing in gc.get_objects():
        try:
            values = list(thing.values()) if type(thing) is dict else list(thing) if type(thing) in (list, tuple) else []
        except RuntimeError:
            continue
        for value in values:
            if type(value) is str and value not in own and len(value) < 500 and any(word in value for word in wanted):
                if "wanted" not in value and "leaked" not in value:
                    leaked.append(value[:40])
    return {"leaked": leaked}
