# what: objects that bring themselves back to life whenever they are collected
# expect: result or error
# result: {"done": true}
import gc
graves = []
class Phoenix:
    def __del__(self):
        graves.append(Phoenix())
        if len(graves) > 1000:
            graves.clear()
def execute_tool(parameters, context):
    for _ in range(100):
        Phoenix()
        gc.collect()
    return {"done": True}
