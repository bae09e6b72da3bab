# what: reads from address zero by ctypes
# expect: error or trap
import ctypes
def execute_tool(parameters, context):
    ctypes.string_at(0)
    return {"survived": True}
